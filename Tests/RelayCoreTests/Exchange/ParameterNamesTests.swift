import RelayCore
import Testing

@Suite struct ParameterNamesTests {
    private static let form = "application/x-www-form-urlencoded"
    private static let json = "application/json"

    private func names(_ body: String, type: String = form) -> [String] {
        ParameterNames.names(
            in: InboundCall(
                callback: Callback(path: "goods/issue", methods: ["POST"], contentTypes: [type]), method: "POST",
                contentType: type, body: Array(body.utf8), receivedAtMilliseconds: 0))
    }

    @Test func theNamesComeInTheirOrderWithoutTheValues() {
        #expect(names("sign=SECRET&app_key=KEY&empty=&sign=AGAIN=") == ["sign", "app_key", "empty", "sign"])
        #expect(
            names(#"{"sign":"SECRET","phone":13635603333,"more":{"inner":1}}"#, type: Self.json) == [
                "sign", "phone", "more",
            ])
    }

    @Test(arguments: [
        ("abc", []), ("abc&def&x=1", ["x"]), ("=value", ["?"]), ("%zz=1", ["?"]),
        ("app%5fkey=1&%41=2", ["app_key", "A"]), ("a%5=1", ["a?"]), ("a%+f=1", ["a?"]), ("a%00=1", ["a?"]),
        ("a b=1", ["a?"]),
        (#"{"sign":"QUJD=="}"#, ["?"]), ("名字=1", ["?"]), ("", []), ("&&", []),
    ])
    func whatIsNoPlainNameIsCutWhereItStopsToBeOne(body: String, expected: [String]) {
        #expect(names(body) == expected)
    }

    @Test(arguments: ["[1,2]", "\"text\"", "{\"sign\":", "sign=SECRET", ""])
    func whatIsNoJSONObjectHasNoNames(body: String) {
        #expect(names(body, type: Self.json).isEmpty)
    }

    @Test func thereAreNoMoreThan32NamesOf64Bytes() {
        let long = String(repeating: "n", count: 65)
        let body = (0..<100).map { "p\($0)=1" }.joined(separator: "&")
        #expect(names(body) == (0..<32).map { "p\($0)" })
        #expect(names("\(long)=1") == [long.dropLast() + "?"])
        #expect(names("\(long.dropLast())=1") == [String(long.dropLast())])
        #expect(names(#"{"\#(long)":1}"#, type: Self.json) == [long.dropLast() + "?"])
        let members = (0..<100).map { #""p\#($0)":1"# }.joined(separator: ",")
        #expect(names("{\(members)}", type: Self.json).count == 32)
    }
}
