package import OutboundHTTP
import RelayCore

/// Why there is no page of orders. Holds no parameter of the call.
package enum OrderListError: Error, Hashable {
    case unusableAddress(reason: String)
    case noAnswer(HTTPFailure)
    case status(Int)
    /// As the HTML of a gateway or a login page.
    case notJSON
    case notAnObject
    case missing(String)
    /// The platform's own words, cut.
    case refused(code: String, message: String)
    /// No more calls today 调用频次, as the platform says.
    case quotaExceeded
    /// More than 64 KiB.
    case tooLarge
    /// The page ends before its orders do.
    case tooFew(count: Int, expected: Int)

    private static let keptCharacters = 200
    private static let wordsOfQuota = ["频次", "频率", "配额", "限额", "quota", "frequency", "too many"]

    /// What an answer says in the place of orders; nil where it refuses nothing.
    init?(refusalIn json: JSON) {
        guard let code = json["errcode"].flatMap(Self.text), !code.hasBytes(of: "0") else { return nil }
        let message = json["errmsg"].flatMap(Self.text) ?? ""
        let isOfQuota = code.hasBytes(of: "429") || Self.wordsOfQuota.contains { message.lowercased().contains($0) }
        self = isOfQuota ? .quotaExceeded : .refused(code: Self.kept(code), message: Self.kept(message))
    }

    private static func text(_ json: JSON) -> String? {
        switch json {
        case .string(let text), .number(let text): text
        case .null, .bool, .array, .object: nil
        }
    }

    private static func kept(_ text: String) -> String {
        let scalars = text.unicodeScalars.prefix(keptCharacters)
        return String(String.UnicodeScalarView(scalars.map { $0.properties.generalCategory == .control ? " " : $0 }))
    }
}

extension OrderListError {
    /// For metrics.
    package var label: String {
        switch self {
        case .unusableAddress: "unusable_address"
        case .noAnswer: "no_answer"
        case .status: "http_status"
        case .notJSON, .notAnObject, .missing, .tooFew: "unreadable"
        case .refused: "refused"
        case .quotaExceeded: "quota_exceeded"
        case .tooLarge: "too_large"
        }
    }
}

extension OrderListError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unusableAddress(let reason): "base_url cannot be called: \(reason)"
        case .noAnswer(let failure): "\(failure)"
        case .status(let status): "HTTP \(status)"
        case .notJSON: "the answer is not JSON"
        case .notAnObject: "the answer is not a JSON object"
        case .missing(let name): "the answer has no usable \(name)"
        case .refused(let code, let message): "errcode \(code): \(message)"
        case .quotaExceeded: "the platform takes no more calls today"
        case .tooLarge: "the answer is larger than \(HTTPAnswer.maximumBodyByteCount / 1024) KiB"
        case .tooFew(let count, let expected): "the page has \(count) orders in the place of \(expected)"
        }
    }
}
