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

    @Test func aRefusedAddressIsNeverCalledWhateverElseItsNameHas() async throws {
        try await ScriptedServer.run(on: "127.0.0.2", script: { try await $0.serve(Answers.ok) }) { refused in
            let url = "http://mixed.example:\(refused.port)"
            // Nobody listens at the allowed address, so there is every reason to go on to the next.
            for addresses in [["127.0.0.1", "127.0.0.2"], ["127.0.0.2", "127.0.0.1"], ["127.0.0.2"]] {
                let resolver = ScriptedResolver(addresses)
                try await withDestination(url, resolver: resolver, allow: ["127.0.0.1"]) { destination in
                    #expect(await destination.get().answer == nil)
                }
            }
            #expect(refused.accepted == 0)
        }
    }

    @Test func theReplacementOfAKeptConnectionIsCheckedAnew() async throws {
        let script: ScriptedServer.Script = { peer in
            _ = try await peer.request()
            try await peer.send(Answers.ok)
            _ = try await peer.request()
        }
        try await ScriptedServer.run(on: "127.0.0.2", script: script) { server in
            try await ScriptedServer.run(on: "127.0.0.1", port: server.port, script: script) { inside in
                let resolver = ScriptedResolver(["127.0.0.2"], ["127.0.0.1"])
                let url = "http://rebind.example:\(server.port)"
                try await withDestination(url, resolver: resolver, allow: ["127.0.0.2"]) { destination in
                    #expect(await destination.get().text == "ok")
                    let address = try #require(IPAddress("127.0.0.1"))
                    #expect(
                        await destination.get().failure
                            == .addressRefused(address, reason: "is a loopback address (127.0.0.0/8)"))
                }
                #expect(inside.accepted == 0)
            }
        }
    }

    /// However an address of this machine, of its network or of its cloud is written: the URL is refused when it is
    /// applied, or what it means is refused when it is called.
    @Test(arguments: [
        "localhost", "LOCALHOST", "localhost.", "127.0.0.1", "127.0.0.1.", "127.1", "127.0.1", "2130706433",
        "017700000001",
        "0177.0.0.1", "0177.1", "127.0.0.01", "0x7f.0.0.1", "0x7f.1", "0x7f000001", "0X7F000001", "0", "0.0.0.0",
        "00000000",
        "１２７.０.０.１", "127。0。0。1", "①②⑦.0.0.1", "127%2e0%2e0%2e1", "%31%32%37.0.0.1", "127.0.0.1%00.example",
        "[::1]", "[0:0:0:0:0:0:0:1]", "[::]", "[::ffff:127.0.0.1]", "[0:0:0:0:0:ffff:7f00:1]", "[::127.0.0.1]",
        "[::ffff:0:127.0.0.1]", "[64:ff9b::127.0.0.1]", "[64:ff9b:1::7f00:1]", "[2002:7f00:1::]", "[2001:0:7f00:1::]",
        "[2400:3200::5efe:127.0.0.1]", "[2400:3200::200:5efe:127.0.0.1]", "[::1%25lo]", "[::1%lo]", "[fe80::1%25eth0]",
        "[127.0.0.1]", "[v1.127.0.0.1]", "[[::1]]", "169.254.169.254", "2852039166", "0xa9fea9fe", "[fd00:ec2::254]",
        "100.100.100.200", "168.63.129.16", "a@127.0.0.1", "127.0.0.1:80@erp.example", "erp.example\\@127.0.0.1",
    ])
    func noNotationOfAnAddressWithinGetsThrough(host: String) async throws {
        guard let origin = try? HTTPURL("http://\(host)/").origin else { return }
        let resolver = SystemResolver(threadCount: 1)
        defer { resolver.close() }
        try await withDestination("\(origin)", resolver: resolver, allow: []) { destination in
            guard case .addressRefused = await destination.get().failure else {
                Issue.record("the call was made")
                return
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
