import Testing

@testable import OutboundHTTP

@Suite struct HTTPURLTests {
    @Test func aURLIsTakenApartAndItsTargetKeptByteForByte() throws {
        let url = try HTTPURL("HTTPS://Erp.Teahouse.example:8443/a%2Fb//c?x=%e4&y=1+2?")
        #expect(url.origin.scheme == .https)
        #expect(url.origin.host == .name("erp.teahouse.example"))
        #expect(url.origin.port == 8443)
        #expect(url.target == "/a%2Fb//c?x=%e4&y=1+2?")
        #expect(url.origin.authority == "erp.teahouse.example:8443")
    }

    @Test(arguments: [
        ("http://h", "/", "h", 80), ("https://h?x=1", "/?x=1", "h", 443), ("http://h:80/", "/", "h", 80),
        ("http://127.0.0.1:8080/a", "/a", "127.0.0.1:8080", 8080), ("http://[::1]/", "/", "[::1]", 80),
        ("http://[2001:DB8::0:1]:81/", "/", "[2001:db8::1]:81", 81), ("http://a_b.c-d/", "/", "a_b.c-d", 80),
        ("http://1a.b/", "/", "1a.b", 80),
    ])
    func defaultsAndLiteralsAreUnderstood(text: String, target: String, authority: String, port: Int) throws {
        let url = try HTTPURL(text)
        #expect(url.target == target)
        #expect(url.origin.authority == authority)
        #expect(url.origin.port == port)
    }

    @Test(arguments: [
        ("ftp://h/", HTTPURLError.notHTTP), ("h/x", .notHTTP), ("", .notHTTP), ("http:/h", .notHTTP),
        ("http:///x", .noHost), ("http://:80/", .noHost), ("http://u@h/", .userInfo), ("http://u:p@h/", .userInfo),
        ("http://h/#f", .fragment), ("http://h#f", .fragment), ("http://h/ x", .whitespace),
        ("http://h/\r\nX: y", .whitespace), ("http://h/\u{7f}", .whitespace), ("http://茶.example/", .notASCII),
        ("http://h/茶", .notASCII), ("http://127.1/", .oddAddress("127.1")),
        ("http://2130706433/", .oddAddress("2130706433")), ("http://0x7f.1/", .oddAddress("0x7f.1")),
        ("http://0x7f000001/", .oddAddress("0x7f000001")), ("http://a.0x7f/", .oddAddress("a.0x7f")),
        ("http://0177.0.0.1/", .oddAddress("0177.0.0.1")), ("http://127.0.0.256/", .oddAddress("127.0.0.256")),
        ("http://1.2.3.4.5/", .oddAddress("1.2.3.4.5")), ("http://h:0/", .port("0")),
        ("http://h:65536/", .port("65536")),
        ("http://h:/", .port("")), ("http://h:080/", .port("080")), ("http://h:+80/", .port("+80")),
        ("http://[::1/", .host("[::1")), ("http://[1.2.3.4]/", .host("[1.2.3.4]")),
        ("http://[fe80::1%25eth0]/", .host("[fe80::1%25eth0]")), ("http://[::1]x/", .port("")),
        ("http://a..b/", .host("a..b")), ("http://a./", .host("a.")), ("http://-a/", .host("-a")),
        ("http://a%41/", .host("a%41")), ("http://a\\b/", .host("a\\b")),
    ])
    func whatIsNotPlainIsRefusedWithAReason(text: String, error: HTTPURLError) {
        #expect(throws: error) { try HTTPURL(text) }
        #expect(!error.description.isEmpty)
    }

    @Test func theDescriptionLeavesTheQueryOut() throws {
        #expect(try HTTPURL("https://h/hook?token=s3cret").description == "https://h/hook")
    }
}
