/// One account at a platform.
@dynamicMemberLookup
package struct App: Hashable, Sendable {
    package var id: AppID
    package var settings: AppSettings
    /// What verifies the platform's calls, where that is not `secret`.
    package var callbackKeys: CallbackKeyRing

    package init(id: AppID, settings: AppSettings, callbackKeys: CallbackKeyRing = CallbackKeyRing()) {
        self.id = id
        self.settings = settings
        self.callbackKeys = callbackKeys
    }

    package init(
        id: AppID, name: String, merchant: String, platform: String, appKey: String, secret: Secret,
        clockWindow: Duration = .seconds(300), reply: ReplyPolicy = ReplyPolicy()
    ) {
        self.init(
            id: id,
            settings: AppSettings(
                name: name, merchant: merchant, platform: platform, appKey: appKey, secret: secret,
                clockWindow: clockWindow, reply: reply))
    }

    /// By way of a key path, which takes longer than it looks: where every call passes, `settings` is read.
    package subscript<Value>(dynamicMember member: WritableKeyPath<AppSettings, Value>) -> Value {
        get { settings[keyPath: member] }
        set { settings[keyPath: member] = newValue }
    }
}

/// An app as `relay.yaml` tells it.
package struct AppSettings: Hashable, Sendable {
    package var name: String
    package var merchant: String
    package var platform: String
    package var appKey: String
    package var secret: Secret
    /// How far a call's `time_stamp` may be from the machine's clock; zero turns the check off.
    package var clockWindow: Duration
    package var reply: ReplyPolicy
    /// Where the goods are asked for; nil for those that are configured.
    package var goodsLibrary: GoodsLibrarySettings?
    /// Of an app of Meituan Alliance.
    package var alliance: AllianceSettings?
    /// Where the platform's calls come from; empty where they may come from anywhere.
    package var allowFrom: [CIDR]

    package init(
        name: String, merchant: String, platform: String, appKey: String, secret: Secret,
        clockWindow: Duration = .seconds(300), reply: ReplyPolicy = ReplyPolicy(),
        goodsLibrary: GoodsLibrarySettings? = nil, alliance: AllianceSettings? = nil, allowFrom: [CIDR] = []
    ) {
        self.name = name
        self.merchant = merchant
        self.platform = platform
        self.appKey = appKey
        self.secret = secret
        self.clockWindow = clockWindow
        self.reply = reply
        self.goodsLibrary = goodsLibrary
        self.alliance = alliance
        self.allowFrom = allowFrom
    }

    /// Nil is an address that nobody could tell.
    package func allows(_ caller: IPAddress?) -> Bool {
        allowFrom.isEmpty || caller.map { caller in allowFrom.contains { $0.contains(caller) } } ?? false
    }
}

/// A merchant's own goods library, asked in the platform's format.
package struct GoodsLibrarySettings: Hashable, Sendable {
    /// The name of an endpoint of the format `platform`.
    package var endpoint: String
    /// How long an answer serves without asking again.
    package var cache: Duration

    package init(endpoint: String, cache: Duration = .seconds(30)) {
        self.endpoint = endpoint
        self.cache = cache
    }
}

/// How a platform's call is answered while the merchant's outcome is not there yet.
package struct ReplyPolicy: Hashable, Sendable {
    package enum Pending: String, Sendable, CaseIterable {
        case accept
        case reject
    }

    /// How long the platform's call waits for the merchant's outcome.
    package var wait: Duration
    package var onPending: Pending
    package var pendingMessage: String

    package init(
        wait: Duration = .seconds(3), onPending: Pending = .accept, pendingMessage: String = "奖品发放中,请稍后查看"
    ) {
        self.wait = wait
        self.onPending = onPending
        self.pendingMessage = pendingMessage
    }
}
