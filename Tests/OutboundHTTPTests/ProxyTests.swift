import NIOSSL
import RelayCore
import TestSupport
import Testing

@testable import OutboundHTTP

@Suite(.timeLimit(.minutes(1))) struct ProxyTests {
    private static func proxy(_ port: Int, credentials: String = "") throws -> OutboundProxy {
        try OutboundProxy("http://\(credentials)127.0.0.1:\(port)")
    }

    @Test func aCallGoesThroughTheProxyToTheCheckedAddressAndKeepsItsName() async throws {
        let script: ScriptedServer.Script = { peer in
            while let request = try await peer.request() {
                try await peer.send("HTTP/1.1 200 OK\r\nContent-Length: \(request.utf8.count)\r\n\r\n\(request)")
            }
        }
        try await ScriptedServer.run(script: script) { server in
            try await LoopbackProxy.with { proxy in
                let url = "http://erp.example:\(server.port)"
                try await withDestination(url, proxy: Self.proxy(proxy.port)) { destination in
                    for turn in 1...3 {
                        let exchange = await destination.post("body")
                        #expect(exchange.text?.contains("Host: erp.example:\(server.port)\r\n") == true)
                        #expect(exchange.text?.contains("Proxy-") == false)
                        #expect(exchange.timings.isConnectionReused == (turn > 1))
                    }
                }
                let authority = "127.0.0.1:\(server.port)"
                #expect(proxy.requests == ["CONNECT \(authority) HTTP/1.1\r\nHost: \(authority)\r\n\r\n"])
            }
        }
    }

    @Test(arguments: ["erp.example", "127.0.0.1", "[::1]"])
    func tlsIsWithTheCalledAndVerifiedAgainstWhoIsCalled(host: String) async throws {
        let authority = try TestAuthority.shared.get()
        let tls = try authority.server(for: "DNS:erp.example,IP:127.0.0.1,IP:::1")
        let address = host == "[::1]" ? "::1" : "127.0.0.1"
        try await ScriptedServer.run(on: address, tls: tls, script: { try await $0.serve(Answers.ok) }) { server in
            try await LoopbackProxy.with { proxy in
                let url = "https://\(host):\(server.port)"
                try await withDestination(url, trust: authority.trust, proxy: Self.proxy(proxy.port)) { destination in
                    let exchange = await destination.get()
                    #expect(exchange.text == "ok")
                    #expect(exchange.timings.handshaking != nil && exchange.timings.connecting != nil)
                }
                let target = host == "[::1]" ? "[::1]" : "127.0.0.1"
                #expect(proxy.requests.first?.hasPrefix("CONNECT \(target):\(server.port) HTTP/1.1\r\n") == true)
            }
        }
    }

    @Test func aCertificateForTheProxysAddressIsNotOneForTheCalled() async throws {
        let authority = try TestAuthority.shared.get()
        let tls = try authority.server(for: "IP:127.0.0.1")
        try await ScriptedServer.run(on: "127.0.0.2", tls: tls, script: { try await $0.serve(Answers.ok) }) { server in
            try await LoopbackProxy.with { proxy in
                let url = "https://127.0.0.2:\(server.port)"
                try await withDestination(url, trust: authority.trust, proxy: Self.proxy(proxy.port)) { destination in
                    #expect(await destination.get().failure == .tlsFailed(.wrongName))
                }
            }
        }
    }

    @Test func anAddressThatThePolicyRefusesIsNotAskedOfTheProxy() async throws {
        try await LoopbackProxy.with { proxy in
            let resolver = ScriptedResolver(["169.254.169.254"])
            for url in ["http://rebind.example", "http://10.1.2.3"] {
                try await withDestination(url, resolver: resolver, proxy: Self.proxy(proxy.port)) { destination in
                    guard case .addressRefused = await destination.get().failure else {
                        Issue.record("the call was made")
                        return
                    }
                }
            }
            #expect(proxy.requests.isEmpty)
        }
    }

    @Test func theProxyItselfMayBeAnywhereAndHaveAName() async throws {
        try await ScriptedServer.run(on: "127.0.0.2", script: { try await $0.serve(Answers.ok) }) { server in
            try await LoopbackProxy.with { proxy in
                // The first answer is for whom is called, the second for the proxy.
                let resolver = ScriptedResolver(["127.0.0.2"], ["127.0.0.3", "127.0.0.1"])
                try await withDestination(
                    "http://erp.example:\(server.port)", resolver: resolver, allow: ["127.0.0.2"],
                    proxy: try OutboundProxy("http://proxy.example:\(proxy.port)")
                ) { destination in
                    #expect(await destination.get().text == "ok")
                    #expect(resolver.lookups == 2)
                }
            }
        }
    }

    @Test func theNextAddressIsAskedForWhereTheProxyDoesNotReachOne() async throws {
        let script: ScriptedServer.Script = { peer in
            _ = try await peer.request()
            guard peer.number == 2 else { return try await peer.send("HTTP/1.1 503 Unreachable\r\n\r\n") }
            try await peer.send("HTTP/1.1 200 OK\r\n\r\n")
            try await peer.serve(Answers.ok)
        }
        try await ScriptedServer.run(script: script) { server in
            let resolver = ScriptedResolver(["127.0.0.2", "127.0.0.3"])
            try await withDestination("http://a.example", resolver: resolver, proxy: Self.proxy(server.port)) {
                #expect(await $0.get().text == "ok")
            }
            #expect(server.accepted == 2)
        }
    }

    @Test(arguments: [
        (
            "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\n\r\n",
            ProxyFailure.refused(status: 407)
        ),
        ("HTTP/1.1 403 Forbidden\r\nContent-Length: 4\r\n\r\nnope", .refused(status: 403)),
        ("HTTP/1.1 502 Bad Gateway\r\n\r\n", .refused(status: 502)),
        ("HTTP/1.1 301 Moved\r\nLocation: http://127.0.0.1:1/\r\n\r\n", .refused(status: 301)),
        ("garbage\r\n\r\n", .malformedAnswer), ("HTTP/1.1 200 OK\r\n\r\n" + Answers.ok, .malformedAnswer),
        ("HTTP/1.1 200 OK\r\nX: " + String(repeating: "x", count: 20_000), .headTooLarge),
        ("HTTP/1.1 200 OK\r\n", .closed), ("", .closed),
    ])
    func aProxyThatDoesNotConnectIsNamedAndTheCallIsNotMade(answer: String, failure: ProxyFailure) async throws {
        let script: ScriptedServer.Script = { peer in
            _ = try await peer.request()
            if !answer.isEmpty { try await peer.send(answer) }
            if failure != .closed { try await peer.hang() }
        }
        try await ScriptedServer.run(script: script) { server in
            let proxy = try Self.proxy(server.port, credentials: "user:p%40ss@")
            for url in ["http://127.0.0.2", "https://127.0.0.2"] {
                try await withDestination(url, proxy: proxy) { destination in
                    let found = await destination.post("body").failure
                    #expect(found == .proxyFailed(proxy, failure))
                    let text = "\(found as Any)"
                    #expect(text.contains("outbound proxy http://127.0.0.1:\(server.port)"))
                    #expect(!text.contains("p@ss") && !text.contains("dXNlcjpwQHNz"))
                }
            }
            try await eventually("no connection is open") { server.open == 0 }
        }
    }

    @Test func aProxyThatIsNotThereIsSaidSo() async throws {
        let port = try await ScriptedServer.run(script: { _ in }) { $0.port }
        let proxy = try Self.proxy(port)
        try await withDestination("http://127.0.0.2", proxy: proxy) { destination in
            let address = try #require(IPAddress("127.0.0.1"))
            #expect(
                await destination.get().failure
                    == .proxyFailed(proxy, .unreachable(address, reason: "it refused the connection")))
        }
        let named = try OutboundProxy("http://proxy.example:3128")
        try await withDestination("http://127.0.0.2", resolver: ScriptedResolver([]), proxy: named) { destination in
            #expect(
                await destination.get().failure
                    == .proxyFailed(named, .nameNotResolved(reason: "it has no addresses")))
        }
    }

    @Test func aProxyThatHangsOrDripsEndsWithTheTimeToConnect() async throws {
        let drip: ScriptedServer.Script = { peer in
            _ = try await peer.request()
            try await peer.send("HTTP/1.1 200 OK\r\nX: ")
            while true {
                try await peer.send("x")
                try await Task.sleep(for: .milliseconds(5))
            }
        }
        for script in [{ try await $0.hang() }, drip] as [ScriptedServer.Script] {
            try await ScriptedServer.run(script: script) { server in
                try await withDestination("http://127.0.0.2", proxy: Self.proxy(server.port)) { destination in
                    let failure = await destination.get(connectTimeout: .milliseconds(200)).failure
                    #expect(failure == .connectTimedOut(.tunnelling))
                    #expect("\(failure as Any)".contains("through the outbound proxy"))
                }
                try await eventually("no connection is open") { server.open == 0 }
            }
        }
    }

    @Test func theProxyIsToldTheCredentialsAndNobodyElse() async throws {
        let script: ScriptedServer.Script = { peer in
            guard let head = try await peer.request() else { return }
            // "Aladdin:open sesame", as in RFC 7617.
            let isRight = head.contains("\r\nProxy-Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n")
            try await peer.send(isRight ? "HTTP/1.1 200 OK\r\n\r\n" : "HTTP/1.1 407 No\r\n\r\n")
            guard let request = try await peer.request() else { return }
            #expect(!request.contains("Basic"))
            try await peer.send(Answers.ok)
        }
        try await ScriptedServer.run(script: script) { server in
            let proxy = try Self.proxy(server.port, credentials: "Aladdin:open%20sesame@")
            try await withDestination("http://127.0.0.2", proxy: proxy) { destination in
                #expect(await destination.get().text == "ok")
            }
        }
    }
}

@Suite struct OutboundProxyTests {
    @Test(arguments: [
        ("http://proxy.example:3128", "http://proxy.example:3128"), ("HTTP://10.0.0.1:8080/", "http://10.0.0.1:8080"),
        ("http://[fd00::1]:3128", "http://[fd00::1]:3128"), ("http://u:s3cret@proxy:80", "http://proxy:80"),
        ("http://token@proxy:80", "http://proxy:80"),
    ])
    func anAddressIsReadAndToldWithoutItsCredentials(text: String, description: String) throws {
        let proxy = try OutboundProxy(text)
        #expect("\(proxy)" == description)
        #expect(proxy.hasCredentials == text.contains("@"))
        var dumped = ""
        dump(proxy, to: &dumped)
        for secret in ["s3cret", "Basic", "czNjcmV0"] {
            #expect(!dumped.contains(secret) && !String(reflecting: proxy).contains(secret))
        }
    }

    @Test(arguments: [
        "", "proxy:3128", "http://proxy", "http://:3128", "ftp://proxy:21", "http://proxy:3128/path", "http://proxy:0",
        "http://proxy:3128?x=s3cret", "http://proxy:3128#s3cret", "http://2130706433:3128", "http://u:s3/cret@proxy:80",
        "https://u:s3cret@proxy:80", "socks5://u:s3cret@proxy:1080",
    ])
    func whatIsNoAddressOfAProxyIsRefusedWithoutQuotingIt(text: String) {
        let error = #expect(throws: OutboundProxyError.self) { try OutboundProxy(text) }
        #expect(error.map { !"\($0)".contains("s3") } == true)
    }
}
