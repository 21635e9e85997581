@_exported import BackpropModels
@_exported import BackpropTrain
