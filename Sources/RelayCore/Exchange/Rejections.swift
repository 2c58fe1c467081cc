/// Keeps the latest refused calls for operators to look at.
package protocol Rejections: Sendable {
    /// Does not wait. `call` is asked only for what is going to be kept: an attack must not cost the reading of its bodies.
    func record(_ call: () -> RefusedCall)
}

/// A call that was refused. Holds no values from the call but names of parameters.
package struct RefusedCall: Sendable {
    /// Nil where no app could be told.
    package let app: AppID?
    package let reason: String
    package let detail: String?
    package let remoteAddress: String?
    package let parameters: [String]
    package let at: ContinuousClock.Instant

    package init(
        app: AppID?, reason: String, detail: String?, remoteAddress: String?, parameters: [String],
        at: ContinuousClock.Instant = .now
    ) {
        self.app = app
        self.reason = reason
        self.detail = detail
        self.remoteAddress = remoteAddress
        self.parameters = parameters
        self.at = at
    }
}
