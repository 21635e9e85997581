/// What one task does of a product of matrices, and of the cluster behind it: so many rows and columns.
struct TaskShare {
    var rows: Int
    var columns: Int
}
