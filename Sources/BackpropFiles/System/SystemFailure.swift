#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// A call to the operating system that failed: what was tried, on which path, and the system's error number.
package struct SystemFailure: Error, Equatable, Sendable {
    package let operation: String
    package let path: String
    package let code: Int32

    package init(_ operation: String, _ path: String, code: Int32) {
        self.operation = operation
        self.path = path
        self.code = code
    }

    static func last(_ operation: String, _ path: String) -> SystemFailure {
        SystemFailure(operation, path, code: errno)
    }

    /// The system's own words, such as "No space left on device".
    package var explanation: String { String(cString: strerror(code)) }

    package var isOutOfSpace: Bool { code == ENOSPC || code == EDQUOT || code == EFBIG }
    package var isMissing: Bool { code == ENOENT || code == ENOTDIR }
    package var isTaken: Bool { code == EEXIST || code == ENOTEMPTY || code == ENOTDIR || code == EISDIR }

    /// What a person can do about it.
    package var remedy: String {
        switch code {
        case ENOSPC, EDQUOT: "free some space on that disk or choose a folder on another one"
        case EFBIG:
            "the file system or a limit of this process does not allow files that large; choose another folder"
        case EACCES, EPERM: "check who owns it and its permissions, or choose another place"
        case EROFS: "that file system is read-only; choose another folder"
        case ENOENT: "check the spelling of the path, and that its folder is there"
        case EINVAL: "give the path of a regular file"
        case ENOTDIR: "one part of that path is a file and not a folder; check the path"
        case EISDIR: "that is a folder; give the path of a file"
        case ENAMETOOLONG: "choose a shorter name"
        case EMFILE, ENFILE: "too many files are open; close some or raise the limit (ulimit -n)"
        case ELOOP: "symbolic links go in a circle there; remove one"
        case EWOULDBLOCK: "another process is writing there; wait for it or end it"
        case EIO: "the disk reports a fault; check it and its cable, or choose another one"
        default: "see the system's message"
        }
    }
}
