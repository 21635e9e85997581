// Whoever loads weights catches `DataError` without a further import.
@_exported import BackpropFiles
