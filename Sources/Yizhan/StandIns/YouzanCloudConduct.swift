import RelayCore

/// How a stand-in for Youzan Cloud behaves. Where a client, a secret or a shop is nil, any will do.
struct YouzanCloudConduct: Sendable {
    var clientID: String?
    var clientSecret: Secret?
    var grantID: String?
    var tokenLife = Duration.seconds(7 * 86_400)
    /// Tokens look expired when they are issued, and are taken all the same.
    var isSkewed = false
    /// So many of the first requests for a token fail; and that share, from 0 to 1, of the others.
    var failingTokens = 0
    var tokenFailRate = 0.0
    /// All tokens are revoked after so many API calls, once.
    var revokeAfter: Int?
    /// The shares, from 0 to 1, of API calls that are refused, by their body, and that are answered 500.
    var refuseRate = 0.0
    var failRate = 0.0
    var delay = Duration.zero
}
