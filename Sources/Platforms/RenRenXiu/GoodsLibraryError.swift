package import OutboundHTTP
package import RelayCore

/// Why a merchant's own goods library has no answer that can be used. Holds nothing of the answer.
package enum GoodsLibraryError: Error, Hashable {
    case address(HTTPURLError)
    /// The endpoint's format is another than `platform`.
    case format(String)
    case paused
    /// Other questions are open, as many as may be.
    case busy
    case unwritable(FormError)
    case tls(TLSTrustError)
    case unreachable(HTTPFailure)
    case status(Int)
    case tooLarge
    case notJSON(JSONError)
    case noResult
    case unknownResult(Int)
    case noTotal
    case noRows
}

extension GoodsLibraryError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .address(let error): "\(error)"
        case .format(let name): "the endpoint's format is \(name); a goods library is asked in the format platform"
        case .paused: "the endpoint is paused"
        case .busy: "\(MerchantGoodsLibrary.maximumQuestions) other questions are open"
        case .unwritable(let error): "the call cannot be written: \(error)"
        case .tls(let error): "\(error)"
        case .unreachable(let failure): "\(failure)"
        case .status(let status): "HTTP \(status)"
        case .tooLarge: "the answer is larger than \(MerchantGoodsLibrary.answerLimit / 1024) KiB"
        case .notJSON(let error): "the answer is \(error)"
        case .noResult: "the answer has no result that is a number"
        case .unknownResult(let result): "the answer's result is \(result), neither 0 nor 1"
        case .noTotal: "the answer has no data.total that is a number from 0"
        case .noRows: "the answer has no data.rows that is an array"
        }
    }
}
