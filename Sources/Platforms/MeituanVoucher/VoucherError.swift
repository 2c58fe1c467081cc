package import OutboundHTTP
package import RelayCore

/// Why the gateway gave no link. Holds nothing of its answer but numbers.
package enum VoucherError: Error, Hashable {
    case address(HTTPURLError)
    /// Code 40001.
    case parameterMissing
    /// Code 40002.
    case unknownShop
    /// Code 40003.
    case notPermitted
    /// Code 50001, also after several tries.
    case gatewayFailed
    case unknownCode(Int)
    /// No answer, also after several tries.
    case unreachable(HTTPFailure)
    case status(Int)
    case tooLarge
    case notJSON(JSONError)
    case noCode
    case noLink
    /// The link does not start with `https://`, or is not one by its characters.
    case linkNotHTTPS
}

extension VoucherError {
    /// The gateway's own number; nil where it gave none.
    package var code: Int? {
        switch self {
        case .parameterMissing: 40_001
        case .unknownShop: 40_002
        case .notPermitted: 40_003
        case .gatewayFailed: 50_001
        case .unknownCode(let code): code
        case .address, .unreachable, .status, .tooLarge, .notJSON, .noCode, .noLink, .linkNotHTTPS: nil
        }
    }

    package var fault: ShopAuthorizationError.Fault {
        switch self {
        case .parameterMissing, .unknownShop: .wrongQuestion
        case .notPermitted: .notPermitted
        case .gatewayFailed, .unreachable: .away
        case .address, .unknownCode, .status, .tooLarge, .notJSON, .noCode, .noLink, .linkNotHTTPS: .brokenAnswer
        }
    }

    /// Whether the same question may be answered a moment later.
    var isWorthAnotherTry: Bool {
        switch self {
        case .gatewayFailed: true
        case .unreachable(let failure): failure.mayPass
        case .address, .parameterMissing, .unknownShop, .notPermitted, .unknownCode, .status, .tooLarge, .notJSON,
            .noCode, .noLink, .linkNotHTTPS:
            false
        }
    }
}

extension HTTPFailure {
    fileprivate var mayPass: Bool {
        switch self {
        case .nameNotResolved, .connectRefused, .connectFailed, .connectTimedOut, .timedOut, .closedBeforeAnswer,
            .closedDuringAnswer, .proxyFailed:
            true
        case .invalidCall, .destinationClosed, .addressRefused, .tlsFailed, .headTooLarge, .malformedAnswer,
            .cancelled:
            false
        }
    }
}

extension VoucherError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .address(let error): "meituan_voucher.base_url in relay.yaml is not usable: \(error)"
        case .parameterMissing:
            "the gateway misses a parameter (40001): this version does not speak as the gateway wants; tell its operator"
        case .unknownShop: "the gateway does not know this shop (40002): check the shop's id in Meituan's back office"
        case .notPermitted:
            "there is no permission for this shop (40003): ask Meituan to permit the service provider to verify vouchers"
        case .gatewayFailed: "the gateway failed (50001) each time it was asked: try again later"
        case .unknownCode(let code): "the gateway answered with code \(code), which its documents do not have"
        case .unreachable(let failure): "the gateway gave no answer: \(failure)"
        case .status(let status): "the gateway answered HTTP \(status): is meituan_voucher.base_url right?"
        case .tooLarge: "the gateway's answer is larger than \(HTTPAnswer.maximumBodyByteCount / 1024) KiB"
        case .notJSON(let error): "the gateway's answer is \(error): is meituan_voucher.base_url right?"
        case .noCode: "the gateway's answer has no code that is a number"
        case .noLink: "the gateway's answer has no data.authUrl"
        case .linkNotHTTPS: "the gateway's link is not an https address, and is not passed on"
        }
    }
}
