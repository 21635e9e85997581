import BackpropData

/// The messages of event files, as far as a training writes them. Numbers of fields are those of TensorFlow's event.proto,
/// summary.proto, tensor.proto and of the plugin data of TensorBoard.
enum EventMessages {
    static func event(time: Double, step: Int, _ content: (inout ProtocolBuffer) -> Void) -> [UInt8] {
        ProtocolBuffer {
            $0.double(1, time)
            if step != 0 { $0.integer(2, step) }
            content(&$0)
        }.bytes
    }

    /// The first message of a file.
    static func version(time: Double) -> [UInt8] {
        event(time: time, step: 0) { $0.text(3, "brain.Event:2") }
    }

    /// The start of a session at a step: readers forget what earlier files of the run say of that step and later ones.
    static func sessionStart(time: Double, step: Int) -> [UInt8] {
        event(time: time, step: step) { $0.message(7) { $0.integer(1, 1) } }
    }

    static func graph(time: Double, _ definition: [UInt8]) -> [UInt8] {
        event(time: time, step: 0) { $0.data(4, definition) }
    }

    /// Values of one step.
    static func summary(time: Double, step: Int, _ values: [[UInt8]]) -> [UInt8] {
        event(time: time, step: step) { $0.message(5) { for value in values { $0.data(1, value) } } }
    }

    static func scalar(_ tag: String, _ number: Double) -> [UInt8] {
        ProtocolBuffer {
            $0.text(1, tag)
            $0.float(2, Float(number))
        }.bytes
    }

    static func histogram(_ tag: String, _ found: ElementHistogram) -> [UInt8] {
        ProtocolBuffer {
            $0.text(1, tag)
            $0.message(5) {
                $0.double(1, found.minimum)
                $0.double(2, found.maximum)
                $0.double(3, Double(found.count))
                $0.double(4, found.sum)
                $0.double(5, found.sumOfSquares)
                $0.packed(6, Array(found.edges.dropFirst()))
                $0.packed(7, found.counts.map(Double.init))
            }
        }.bytes
    }

    static func image(_ tag: String, _ picture: TruecolourImage) -> [UInt8] {
        ProtocolBuffer {
            $0.text(1, tag)
            $0.message(4) {
                $0.integer(1, picture.height)
                $0.integer(2, picture.width)
                $0.integer(3, picture.channels)
                $0.data(4, picture.bytes)
            }
        }.bytes
    }

    static func text(_ tag: String, _ text: String) -> [UInt8] {
        ProtocolBuffer {
            $0.text(1, tag)
            $0.message(8) {
                // DT_STRING, of shape [1].
                $0.integer(1, 7)
                $0.message(2) { $0.message(2) { $0.integer(1, 1) } }
                $0.text(8, text)
            }
            $0.message(9) {
                $0.message(1) { $0.text(1, "text") }
                // DATA_CLASS_TENSOR.
                $0.integer(4, 2)
            }
        }.bytes
    }

    /// What the page of hyperparameters lists; values that are neither numbers, truths nor texts are left out.
    static func hyperparameters(_ values: [String: SavedValue], time: Double) -> [UInt8] {
        ProtocolBuffer {
            $0.text(1, "_hparams_/session_start_info")
            $0.message(8) {
                // DT_FLOAT of shape [0]: the page reads the plugin's data only.
                $0.integer(1, 1)
                $0.message(2) { $0.message(2) { $0.integer(1, 0) } }
            }
            $0.message(9) {
                $0.message(1) {
                    $0.text(1, "hparams")
                    $0.message(2) {
                        $0.message(3) {
                            for (name, value) in values.sorted(by: { $0.key < $1.key }) { $0.entry(name, value) }
                            $0.double(5, time)
                        }
                    }
                }
            }
        }.bytes
    }
}

extension ProtocolBuffer {
    /// An entry of the map of hyperparameters, whose values are of google.protobuf.Value.
    fileprivate mutating func entry(_ name: String, _ value: SavedValue) {
        let content: ProtocolBuffer
        switch value {
        case .bool(let truth): content = ProtocolBuffer { $0.bool(4, truth) }
        case .integer(let number): content = ProtocolBuffer { $0.double(2, Double(number)) }
        case .number(let number): content = ProtocolBuffer { $0.double(2, number) }
        case .text(let text): content = ProtocolBuffer { $0.text(3, text) }
        case .list, .object, .null: return
        }
        message(1) {
            $0.text(1, name)
            $0.data(2, content.bytes)
        }
    }
}
