// Whoever reads data catches `DataError` without a further import.
@_exported import BackpropFiles
