import Foundation
import TestSupport
import Testing

/// The files of `docker/` that need no engine.
@Suite(.fewAtOnce, .timeLimit(.minutes(15))) struct DeploymentTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../docker").standardizedFileURL

    @Test func eachLoginDoesItsWorkAndNoMore() async throws {
        try await withStoppableCluster { cluster in
            let psql = cluster.psql
            try await psql(
                """
                \\setenv OWNER_PASSWORD 'owner''s'
                \\setenv SERVICE_PASSWORD 'service''s'
                \\setenv OPERATOR_PASSWORD 'operator''s'
                \\i \(Self.folder.path)/postgres/logins.sql
                """, on: cluster.url)
            let (owner, service, operators) = (
                Self.login("yizhan_owner", of: cluster), Self.login("yizhan_service", of: cluster),
                Self.login("yizhan_operator", of: cluster)
            )

            try await YizhanCommand.run(["migrate"], database: owner).requireSuccess()
            let file = Self.folder.appending(path: "relay.yaml").path
            try await YizhanCommand.run(
                ["apply", file], database: service, ["TEAHOUSE_WHSEC": RelayFile.endpointSecret]
            ).requireSuccess()
            #expect(try await psql("SELECT endpoint FROM yizhan.backlog", on: operators) == "teahouse-erp")
            try await psql("SELECT yizhan.pause('teahouse-erp')", on: operators)

            await #expect(throws: Psql.Failure.self) {
                try await psql("CREATE TABLE yizhan.more ()", on: service)
            }
            await #expect(throws: Psql.Failure.self) {
                try await psql("SELECT sealed_secrets FROM yizhan.app", on: operators)
            }
            #expect(try await YizhanCommand.run(["apply", file], database: operators).exitCode == 1)
        }
    }

    private static func login(_ name: String, of cluster: StoppableCluster) -> String {
        cluster.url.replacing("//postgres@", with: "//\(name)@")
    }
}
