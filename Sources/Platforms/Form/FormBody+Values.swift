import Crypto
import RelayCore

extension FormBody {
    /// An order number or a goods code: columns of their own in the database, and typed into shells.
    func identifier(_ name: String) throws(Refusal) -> String {
        try Refusal.checkedIdentifier(text(self[name] ?? []), name: name)
    }

    func text(_ bytes: ArraySlice<UInt8>) -> String {
        String(decoding: bytes, as: UTF8.self)
    }

    /// Over names and values, whatever order they came in. Lengths are hashed too, so that no two sets of parameters look
    /// alike.
    func fingerprint(where isIncluded: (Parameter) -> Bool) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(bytes.count + 8 * parameters.count)
        for parameter in sortedParameters where isIncluded(parameter) {
            Self.appendWithLength(bytes[parameter.name], to: &text)
            Self.appendWithLength(bytes[parameter.value], to: &text)
        }
        return Array(SHA256.hash(data: text))
    }

    static func appendWithLength(_ bytes: ArraySlice<UInt8>, to text: inout [UInt8]) {
        let length = UInt32(bytes.count)
        for shift in [24, 16, 8, 0] as [UInt32] {
            text.append(UInt8(truncatingIfNeeded: length >> shift))
        }
        text.append(contentsOf: bytes)
    }
}
