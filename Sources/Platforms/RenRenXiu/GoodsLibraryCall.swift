package import RelayCore

/// A call for a goods library, as RenRenXiu makes it.
package struct GoodsLibraryCall: Sendable {
    package let appKey: String
    package let secret: Secret
    package let inquiry: GoodsInquiry

    package init(appKey: String, secret: Secret, inquiry: GoodsInquiry) {
        self.appKey = appKey
        self.secret = secret
        self.inquiry = inquiry
    }

    /// The signed form. What has no value stays out: it is not signed either.
    package func body(atUnixMilliseconds now: Int64) throws(FormError) -> [UInt8] {
        var parameters: [FormBody.Pair] = [
            (name: "app_key", value: appKey), (name: "time_stamp", value: String(now)),
            (name: "page", value: String(inquiry.page)), (name: "limit", value: String(inquiry.limit)),
        ]
        if !inquiry.loginID.isEmpty { parameters.append((name: "login_id", value: inquiry.loginID)) }
        if !inquiry.name.isEmpty { parameters.append((name: "name", value: inquiry.name)) }
        return try RenRenXiuSignature.signedForm(parameters, secret: secret)
    }
}
