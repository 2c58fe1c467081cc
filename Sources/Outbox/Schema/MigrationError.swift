package enum MigrationError: Error, CustomStringConvertible {
    case databaseIsNewer([String])
    case failed(file: String, any Error)

    package var description: String {
        switch self {
        case .databaseIsNewer(let names):
            "the database was migrated by a newer yizhan (\(names.joined(separator: ", "))): run that version, "
                + "or restore a backup from before its migration"
        case .failed(let file, let error):
            "sql/\(file) could not be applied, and nothing was changed: \(error)"
        }
    }
}
