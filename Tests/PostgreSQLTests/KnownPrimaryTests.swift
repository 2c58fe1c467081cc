import Testing

@testable import PostgreSQL

@Suite struct KnownPrimaryTests {
    private let one = PostgresHost(host: "one")
    private let two = PostgresHost(host: "two")
    private let known: KnownPrimary

    init() {
        known = KnownPrimary(hosts: [one, two])
    }

    private func enter(_ host: PostgresHost) throws -> KnownPrimary.Session {
        // No socket of anybody's.
        try #require(known.enter(host, socket: -1, after: known.search()))
    }

    @Test func hostsAreTriedInTheOrderOfTheConnectionStringUntilOneIsThePrimary() throws {
        #expect(known.search().hosts == [one, two])
        _ = try enter(two)
        #expect(known.search().hosts == [two, one])
    }

    @Test func aHostThatGaveNoAnswerIsAskedLast() throws {
        known.doubt(one)
        #expect(known.search().hosts == [two, one])
        known.doubt(try enter(two))
        #expect(known.search().hosts == [one, two])
    }

    @Test func sessionsOlderThanADoubtAreDoubtfulAndNewOnesAreNot() throws {
        let (older, other) = (try enter(one), try enter(one))
        #expect(!known.isDoubtful(older))
        known.doubt(other)
        #expect(known.isDoubtful(older))
        #expect(!known.isDoubtful(try enter(one)))
    }

    @Test func aSearchThatIsOlderThanADoubtDoesNotMakeItGood() throws {
        let search = known.search()
        known.doubt(try enter(one))
        let late = try #require(known.enter(one, socket: -1, after: search))
        #expect(known.isDoubtful(late))
        #expect(known.search().hosts == [two, one])
    }

    @Test func whoeverFoundThePrimaryInItsFormerPlaceTooLateIsTurnedAway() throws {
        let first = try enter(one)
        let late = known.search()
        let moved = try enter(two)
        #expect(known.enter(one, socket: -1, after: late) == nil)
        #expect(known.move(from: first) == two)
        #expect(known.move(from: moved) == nil)
        // A look that began after that is believed.
        _ = try enter(one)
        #expect(known.move(from: moved) == one)
    }

    @Test(arguments: [
        ("host=a,b target_session_attrs=read-write", true), ("host=a,b target_session_attrs=primary", true),
        ("postgres://a:1,b:2/x?target_session_attrs=read-write", true),
        ("host=a,b", false), ("host=a,b target_session_attrs=any", false),
        ("host=a target_session_attrs=read-write", false),
    ])
    func onlyAListOfHostsWithOnePrimaryHasOne(_ text: String, _ expected: Bool) throws {
        #expect(try (PostgresConfiguration(text).primary != nil) == expected)
    }
}
