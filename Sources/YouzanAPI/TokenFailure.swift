import OutboundHTTP
import RelayCore

/// Why there is no new access token. Holds nothing of a secret but what a platform's message quotes of it.
enum TokenFailure: Error, Hashable {
    case call(HTTPFailure)
    case httpStatus(Int)
    /// Longer than any answer that is read.
    case cutOff
    case html
    case notJSON(JSONError)
    case missing(String)
    /// Empty, too long, or with characters that no token has.
    case unusableToken
    /// The platform said no.
    case refused(code: String?, message: String?)
}

extension TokenFailure {
    private static let shownCharacters = 200

    /// For logs: without what the platform's message quotes of the secret.
    func text(hiding secret: Secret) -> String {
        switch self {
        case .call(let failure): return "\(failure)"
        case .httpStatus(let status): return "HTTP \(status)"
        case .cutOff: return "the answer is longer than \(HTTPAnswer.maximumBodyByteCount / 1024) KiB"
        case .html: return "the answer is an HTML page"
        case .notJSON(let error): return "the answer is not JSON: \(error)"
        case .missing(let field): return "the answer has no \(field), or none of the right kind"
        case .unusableToken: return "the answer's access_token cannot be one"
        case .refused(let code, let message):
            let words = message.map { ": " + $0.hiding([secret]).prefix(Self.shownCharacters) } ?? ""
            return "refused with \(code.map { "code \($0)" } ?? "no code")\(words)"
        }
    }

    /// No request was made, or its answer was not waited for.
    var isOfNoConsequence: Bool {
        switch self {
        case .call(.cancelled), .call(.destinationClosed): true
        case .call, .httpStatus, .cutOff, .html, .notJSON, .missing, .unusableToken, .refused: false
        }
    }
}
