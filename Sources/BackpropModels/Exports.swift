// Whoever runs a model needs its layers, tensors and errors.
@_exported import Backprop
@_exported import BackpropNN
