import NIOCore
import NIOPosix
import RelayCore
import Testing

@testable import OutboundHTTP

@Suite(.timeLimit(.minutes(1))) struct AddressCheckTests {
    @Test(arguments: ["http://127.0.0.1:9", "http://[::1]:9", "http://10.1.2.3:9", "http://[::ffff:127.0.0.1]:9"])
    func aLiteralThatThePolicyRefusesIsNotCalled(url: String) async throws {
        let resolver = ScriptedResolver()
        try await withDestination(url, resolver: resolver, allow: []) { destination in
            guard case .addressRefused = await destination.get().failure else {
                Issue.record("the call was made")
                return
            }
            #expect(resolver.lookups == 0)
        }
    }

    @Test func aNameThatTurnsPrivateAfterItsFirstConnectionIsRefused() async throws {
        let script: ScriptedServer.Script = { peer in
            _ = try await peer.request()
            try await peer.send("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
        }
        try await ScriptedServer.run(script: script) { server in
            let resolver = ScriptedResolver(["127.0.0.1"], ["169.254.169.254"])
            try await withDestination("http://rebind.example:\(server.port)", resolver: resolver) { destination in
                #expect(await destination.get().answer?.status == 200)
                let address = try #require(IPAddress("169.254.169.254"))
                #expect(
                    await destination.get().failure
                        == .addressRefused(address, reason: "is a cloud metadata service (169.254.169.254/32)"))
            }
        }
    }

    @Test func theConnectionGoesToTheAddressThatWasChecked() async throws {
        // Only 127.0.0.2 is allowed and only it is served: a second look at the name would go astray.
        try await ScriptedServer.run(on: "127.0.0.2", script: { try await $0.serve(Answers.ok) }) { server in
            let resolver = ScriptedResolver(["127.0.0.2"], ["127.0.0.1"])
            let url = "http://localhost:\(server.port)"
            try await withDestination(url, resolver: resolver, allow: ["127.0.0.2"]) { destination in
                #expect(await destination.get().text == "ok")
                #expect(resolver.lookups == 1)
            }
        }
    }

    @Test func refusedAddressesAreLeftOutAndTheOthersTried() async throws {
        try await ScriptedServer.run(script: { try await $0.serve(Answers.ok) }) { server in
            let resolver = ScriptedResolver(["10.0.0.1", "::ffff:127.0.0.1", "127.0.0.3", "127.0.0.1"])
            let url = "http://mixed.example:\(server.port)"
            // 127.0.0.3 is allowed but refuses the connection.
            try await withDestination(url, resolver: resolver) { destination in
                #expect(await destination.get().text == "ok")
            }
        }
    }

    @Test func anIPv6LiteralIsCalled() async throws {
        try await ScriptedServer.run(on: "::1", script: { try await $0.serve(Answers.ok) }) { server in
            try await withDestination("http://[::1]:\(server.port)") { destination in
                #expect(await destination.get().text == "ok")
            }
        }
    }

    @Test func aPortThatNobodyListensOnRefuses() async throws {
        let port = try await ScriptedServer.run(script: { _ in }) { $0.port }
        try await withDestination("http://127.0.0.1:\(port)") { destination in
            let address = try #require(IPAddress("127.0.0.1"))
            #expect(await destination.get().failure == .connectRefused(address))
        }
    }

    @Test func aNameWithoutAddressesIsSaidSo() async throws {
        try await withDestination("http://empty.example", resolver: ScriptedResolver([])) { destination in
            #expect(
                await destination.get().failure
                    == .nameNotResolved(name: "empty.example", reason: "it has no addresses"))
        }
    }
}

@Suite(.timeLimit(.minutes(1))) struct SystemResolverTests {
    private let eventLoop = MultiThreadedEventLoopGroup.singleton.next()

    @Test func localhostIsLoopback() async throws {
        let resolver = SystemResolver()
        let addresses = try await resolver.addresses(of: "localhost", on: eventLoop).get()
        #expect(!addresses.isEmpty)
        let loopback = [IPAddress("127.0.0.1"), IPAddress("::1")]
        #expect(addresses.allSatisfy { loopback.contains($0) })
        resolver.close()
    }

    @Test func aNameThatCannotExistFailsWithTheSystemsReason() async throws {
        let resolver = SystemResolver()
        await #expect(throws: ResolutionError.self) {
            // A label longer than DNS allows fails without asking anybody.
            try await resolver.addresses(of: String(repeating: "a", count: 70), on: eventLoop).get()
        }
        resolver.close()
    }

    @Test func moreNamesThanTheBoundAreRefusedAtOnce() async throws {
        let resolver = SystemResolver(maximumLookups: 0)
        await #expect(throws: ResolutionError.tooManyLookups) {
            try await resolver.addresses(of: "localhost", on: eventLoop).get()
        }
        resolver.close()
    }

    @Test func manyLookupsOfOneNameShareAnAnswer() async throws {
        let resolver = SystemResolver(threadCount: 1, maximumLookups: 1)
        let futures = (1...100).map { _ in resolver.addresses(of: "localhost", on: eventLoop) }
        for future in futures { #expect(try await !future.get().isEmpty) }
        resolver.close()
    }

    @Test func aClosedResolverRefuses() async throws {
        let resolver = SystemResolver()
        resolver.close()
        await #expect(throws: ResolutionError.resolverClosed) {
            try await resolver.addresses(of: "localhost", on: eventLoop).get()
        }
    }
}
