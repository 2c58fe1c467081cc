package import RelayCore

/// Every platform that an app can be of.
package enum PlatformList {
    package static let all: [any Platform] = [
        RenRenXiu(),
        MeituanAlliance(),
        Youzan(),
    ]

    package static func platform(named name: String) -> (any Platform)? {
        all.first { $0.name == name }
    }
}
