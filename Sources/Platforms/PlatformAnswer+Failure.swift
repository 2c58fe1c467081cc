import RelayCore

extension PlatformAnswer {
    /// The same words on every platform. Where the platform reads the body and not the status, the status is 200.
    ///
    /// - Parameter body: puts a message into the platform's own shape of a no.
    init(_ failure: ReplyFailure, body: (_ message: String) -> [UInt8]) {
        switch failure {
        case .cancelled:
            self.init(body: body("该订单已取消发放"))
        case .refused(let refusal):
            self.init(body: body(refusal.message))
        case .unavailable(let seconds):
            self.init(status: 503, body: body("服务暂时不可用,请稍后重试"), retryAfterSeconds: seconds)
        case .overloaded(let seconds):
            self.init(status: 503, body: body("系统繁忙,请稍后重试"), retryAfterSeconds: seconds)
        case .unknownApp:
            self.init(status: 404, body: body("接口地址不存在,请核对商家提供的地址"))
        case .addressNotAllowed:
            self.init(status: 403, body: body("来源 IP 不在商家允许的范围内,请联系商家"))
        case .tooManyRefusals(let seconds):
            self.init(
                status: 429, body: body("被拒绝的请求过多,请核对密钥和参数后再试"), retryAfterSeconds: seconds)
        case .methodNotAllowed(let allowed):
            self.init(
                status: 405, body: body("请求方法应为 \(allowed.joined(separator: "、"))"), allowedMethods: allowed)
        case .bodyTooLarge(let limit):
            self.init(status: 413, body: body("请求体超过 \(limit) 字节"))
        case .unsupportedContentType(let expected):
            self.init(status: 415, body: body("Content-Type 应为 \(expected.joined(separator: "、"))"))
        case .tooSlow:
            self.init(status: 408, body: body("请求接收超时,请重试"))
        case .goodsRefused(let message):
            self.init(body: body(message ?? "商家未提供商品库"))
        case .goodsUnavailable:
            self.init(body: body("商品库暂时无法访问,请稍后重试"))
        }
    }
}
