import Testing

/// Wants a program that was stopped to have said all of `parts`.
func expect(_ result: ExitTest.Result?, toName parts: String...) {
    let message = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    for part in parts { #expect(message.contains(part), "the message is: \(message.prefix(300))") }
}
