/// One API of a shop at Youzan Cloud 有赞云, and what it is called with.
package struct YouzanTarget: Hashable, Sendable {
    package static let defaultBaseURL = "https://open.youzanyun.com"

    package var clientID: String
    package var clientSecret: Secret
    /// The shop that has authorized the client (kdt_id).
    package var grantID: String
    /// `youzan.….get`
    package var api: String
    package var version: String
    /// The text of a `JSONTemplate` over the event's business fields.
    package var body: String

    package init(
        clientID: String, clientSecret: Secret, grantID: String, api: String, version: String, body: String
    ) {
        self.clientID = clientID
        self.clientSecret = clientSecret
        self.grantID = grantID
        self.api = api
        self.version = version
        self.body = body
    }
}
