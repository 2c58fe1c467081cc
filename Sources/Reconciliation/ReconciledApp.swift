import Logging
import OutboundHTTP
import RelayCore

/// An app and what its orders are asked for with, as configured at a moment.
struct ReconciledApp: Sendable {
    let app: App
    let alliance: AllianceSettings
    let reconcile: ReconcileSettings
    let policy: AddressPolicy

    /// Nil where the app is gone, or its orders are not to be asked for any more.
    init?(_ id: AppID, in directory: Directory, logger: Logger) {
        guard let app = directory.appsByID[id], let alliance = app.alliance, let reconcile = alliance.reconcile else {
            return nil
        }
        self.app = app
        self.alliance = alliance
        self.reconcile = reconcile
        policy = AddressPolicy(networks: directory.allowedPrivateNetworks) { network, error in
            logger.error(
                "an entry of allow_private_networks is not a network, and allows nothing",
                metadata: ["network": "\(network)", "error": "\(error)"])
        }
    }

    /// Between two looks at what is due.
    var lookInterval: Duration {
        min(max(reconcile.every / 10, .milliseconds(200)), .seconds(5))
    }

    /// How long to wait after so many failures in a row: half a minute, or `every` where that is less, and twice as long
    /// each time, up to half an hour.
    func pause(afterFailures failures: Int) -> Duration {
        min(min(reconcile.every, .seconds(30)) * (1 << min(failures, 12)), .seconds(1_800))
    }
}
