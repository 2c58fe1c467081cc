import RelayCore

/// What is wrong with a call's parameters, in the same words for every platform.
extension Refusal {
    init(_ error: FormError) {
        switch error {
        case .brokenEscape(let offset):
            self.init(.malformed, message: "请求体第 \(offset + 1) 字节处的百分号编码不完整", detail: "\(error)")
        case .notUTF8(let parameter):
            self.init(.malformed, message: "第 \(parameter) 个参数不是 UTF-8 编码", detail: "\(error)")
        case .repeatedParameter(let name):
            self.init(.repeatedParameter, message: "参数 \(name) 重复", detail: "\(error)")
        case .tooManyParameters(let limit):
            self.init(.malformed, message: "参数超过 \(limit) 个", detail: "\(error)")
        }
    }

    static func missing(_ names: [String]) -> Refusal {
        Refusal(
            .missingParameter, message: "缺少参数 \(names.joined(separator: "、"))",
            detail: "missing or empty: \(names.joined(separator: ", "))")
    }

    static func wrongAppKey(parameter: String) -> Refusal {
        Refusal(.wrongAppKey, message: "\(parameter) 与该地址对应的应用不符", detail: "\(parameter) is not the app's")
    }

    static let wrongSignature = Refusal(
        .wrongSignature, message: "签名错误,请核对密钥,并确认所有参数均按文档参与签名", detail: "the signature is not right")

    static func garbledTime(parameter: String, unit: String) -> Refusal {
        Refusal(
            .staleTimestamp, message: "\(parameter) 应为以\(unit)为单位的时间戳", detail: "\(parameter) is not a number")
    }

    static func stale(parameter: String, unit: String, window: Duration) -> Refusal {
        Refusal(
            .staleTimestamp,
            message: "\(parameter) 与当前时间相差超过 \(window.components.seconds) 秒,请核对服务器时钟(单位为\(unit))",
            detail: "\(parameter) is outside the clock window")
    }

    /// Up to 128 bytes without control characters.
    static func checkedIdentifier(_ text: String, name: String) throws(Refusal) -> String {
        let limit = 128
        guard text.utf8.count <= limit else { throw .tooLong(name, limit: limit) }
        guard !text.unicodeScalars.contains(where: { $0.value < 0x20 || 0x7F...0x9F ~= $0.value }) else {
            throw .controlCharacter(in: name)
        }
        return text
    }

    static func notANumber(_ name: String) -> Refusal {
        Refusal(.invalidParameter, message: "参数 \(name) 应为数字", detail: "\(name) is not a number")
    }

    static func outOfRange(_ name: String) -> Refusal {
        Refusal(.invalidParameter, message: "参数 \(name) 超出范围", detail: "\(name) is out of range")
    }

    static func notJSON(_ error: JSONError) -> Refusal {
        Refusal(.malformed, message: "请求体不是有效的 JSON", detail: "\(error)")
    }

    static let notAnObject = Refusal(
        .malformed, message: "请求体应为 JSON 对象", detail: "the body is JSON, but no object")

    static func nested(_ name: String) -> Refusal {
        Refusal(
            .malformed, message: "参数 \(name) 应为字符串或数字", detail: "\(name) is an array or an object")
    }

    static func tooLong(_ name: String, limit: Int) -> Refusal {
        Refusal(
            .invalidParameter, message: "参数 \(name) 超过 \(limit) 字节", detail: "\(name) is longer than \(limit) bytes")
    }

    static func controlCharacter(in name: String) -> Refusal {
        Refusal(.invalidParameter, message: "参数 \(name) 含有控制字符", detail: "\(name) holds a control character")
    }
}
