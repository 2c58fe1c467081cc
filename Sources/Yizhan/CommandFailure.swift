import Foundation
import Server

/// What a command cannot do, and how to mend it.
enum CommandFailure: Error, CustomStringConvertible {
    case noMasterKey
    case schemaIsBehind([String])
    case schemaIsAhead([String])
    case unreadableFile(String, any Error)
    case keyFileInUse(directory: String, processID: String)
    case cannotListen(ListenAddress, setting: String, any Error)
    case cannotUseCertificate(UnusableCertificate)

    var description: String {
        switch self {
        case .noMasterKey:
            "YIZHAN_MASTER_KEY is not set. Secrets are encrypted with it: make one with `yizhan keys generate`, "
                + "keep it safe, and give the same one to every relay of this database."
        case .schemaIsBehind(let names):
            "the database's schema is behind this version (\(names.count) files, first \(names.first ?? "")): "
                + "run `yizhan migrate`"
        case .schemaIsAhead(let names):
            "the database was migrated by a newer version (\(names.joined(separator: ", "))): run that version"
        case .unreadableFile(let path, let error):
            "\(path) cannot be read: \((error as NSError).localizedDescription)"
        case .keyFileInUse(let directory, let processID):
            "process \(processID) uses \(directory), and knows the key that it was started with only: stop that relay, run "
                + "`yizhan keys rotate` once more, and start it again. (Without a stop: set YIZHAN_MASTER_KEY, and follow "
                + "docs/operating.md.)"
        case .cannotListen(let address, let setting, let error):
            "cannot listen on \(address): \(error). Another program may have it: end that one, or set \(setting)."
        case .cannotUseCertificate(let error):
            "\(error). YIZHAN_TLS_CERTIFICATE and YIZHAN_TLS_KEY name PEM files that the relay can read."
        }
    }
}
