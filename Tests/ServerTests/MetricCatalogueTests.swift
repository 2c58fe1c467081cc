import Foundation
import Testing

@testable import Server

@Suite struct MetricCatalogueTests {
    private static let docker = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().appending(path: "docker")

    /// What rules and queries name, without the endings of a histogram's series.
    private func metrics(in file: String) throws -> Set<String> {
        let text = try String(contentsOf: Self.docker.appending(path: file), encoding: .utf8)
        let histograms = MetricCatalogue.entries.filter { !$0.buckets.isEmpty }.map(\.name)
        let names = text.matches(of: /\byizhan_[a-z0-9_]+/).map { match in
            histograms.first { name in ["_bucket", "_sum", "_count"].contains { match.output == name + $0 } }
                ?? String(match.output)
        }
        return Set(names)
    }

    @Test(arguments: ["prometheus/alerts.yml", "prometheus/alerts.test.yml", "grafana/dashboards/yizhan.json"])
    func rulesAndDashboardAskForMetricsThatThereAre(file: String) throws {
        let asked = try metrics(in: file)
        #expect(asked.count > 5)
        #expect(asked.subtracting(MetricCatalogue.entries.map(\.name)) == [])
    }

    @Test func theDashboardShowsEveryMetric() throws {
        let shown = try metrics(in: "grafana/dashboards/yizhan.json")
        #expect(Set(MetricCatalogue.entries.map(\.name)).subtracting(shown) == [])
    }

    @Test func bucketsGrow() {
        for entry in MetricCatalogue.entries {
            #expect(entry.buckets == entry.buckets.sorted() && Set(entry.buckets).count == entry.buckets.count)
        }
    }
}
