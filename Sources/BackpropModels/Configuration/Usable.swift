import Backprop

/// Stops where no model can be made of a configuration.
func requireUsable(_ configuration: some ModelConfiguration, _ name: String) {
    let mistake = configuration.mistake
    require(mistake == nil, "\(name): \(mistake ?? "")")
}
