import Testing

@testable import Yizhan

/// What the bench reads of other programs' texts.
struct BenchTextTests {
    @Test func theKernelTellsTheTimeAndMemoryOfAProcessWhateverItsName() throws {
        let stat = "4711 (a (strange) name) S 1 4711 4711 0 -1 4194560 3000 0 0 0 123 77 0 0 20 0 9 0 1234 567 89"
        let usage = try ProcessUsage(
            stat: stat, statm: "25000 4096 2000 1 0 3000 0", ticksPerSecond: 100, pageBytes: 4_096)
        #expect(usage.cpu == .seconds(2))
        #expect(usage.residentBytes == 16 << 20)
        #expect(throws: BenchFailure.self) {
            try ProcessUsage(stat: "4711 (x) S 1", statm: "1 1", ticksPerSecond: 100, pageBytes: 4_096)
        }
    }

    @Test func pgbenchTellsItsRateAndEachRowsTime() throws {
        let output = """
            number of transactions actually processed: 7035
            initial connection time = 31.415 ms
            tps = 2345.678901 (without initial connection time)

            """
        #expect(try Pgbench.rate(in: output) == 2_345.678901)
        #expect(throws: BenchFailure.self) { try Pgbench.rate(in: "pgbench: error") }
        #expect(Pgbench.latencies(in: "0 1 812 0 1764000000 123456 15\n3 2 9155 0 1764000001 1 0\n") == [812, 9_155])
    }

    @Test(arguments: [
        ("postgresql://postgres@%2Frun:5432/yizhan", "postgresql://postgres@%2Frun:5432/bench"),
        (
            "postgres://me:secret@db1,db2:5433/shop?sslmode=require",
            "postgres://me:secret@db1,db2:5433/bench?sslmode=require"
        ),
        ("postgresql://localhost", "postgresql://localhost/bench"),
        ("postgresql://localhost?user=me", "postgresql://localhost/bench?user=me"),
        ("host=/run/postgresql dbname=shop", "host=/run/postgresql dbname=shop dbname=bench"),
    ]) func anotherDatabaseOfTheSameServerIsNamed(given: String, named: String) {
        #expect(ConnectionString.naming("bench", in: given) == named)
    }

    @Test func theProcessorIsNamedWhereTheKernelNamesIt() {
        #expect(Machine.processorName(in: "processor\t: 0\nmodel name\t: A CPU: fast\n") == "A CPU: fast")
        #expect(Machine.processorName(in: "processor\t: 0\n") == "unknown")
    }
}
