/// Something that reads strangers' bytes, and what holds whatever they are. The fuzzer looks for bytes that break it;
/// what it found is in `Tests/Corpus`, and tried again by every run of the tests.
package struct FuzzTarget: Sendable {
    package let name: String
    /// Throws what does not hold.
    package let check: @Sendable ([UInt8]) throws -> Void

    init(_ name: String, _ check: @escaping @Sendable ([UInt8]) throws -> Void) {
        self.name = name
        self.check = check
    }

    package static let all: [FuzzTarget] = [
        .formBody, .json, .jsonTemplate, .contacts, .renRenXiuCall, .allianceCall, .youzanPush, .youzanMessage,
        .merchantAnswer, .goodsLibrary, .orderList, .apiAnswer, .httpAnswer, .retryAfter, .traceparent, .address,
        .relayFile, .settingsText, .webhookSecret,
    ]
}

package struct BrokenPromise: Error, CustomStringConvertible {
    package let description: String
}

func require(_ holds: Bool, _ promise: @autoclosure () -> String) throws(BrokenPromise) {
    guard holds else { throw BrokenPromise(description: promise()) }
}
