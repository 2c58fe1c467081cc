import Testing

@testable import Server

@Suite struct AppPathTests {
    @Test(
        arguments: [
            ("/in/teahouse/goods/issue", "teahouse", "goods/issue"),
            ("/in/teahouse/callback?a=/in/b/c", "teahouse", "callback"),
            ("/in/teahouse/callback#part", "teahouse", "callback"),
            ("//in//teahouse/callback/", "teahouse", "callback/"),
            ("http://relay:8080/in/teahouse/callback", "teahouse", "callback"),
            ("https://relay/in/teahouse/callback?x", "teahouse", "callback"),
        ])
    func anAddressNamesAnAppAndAPathOfIt(target: String, app: String, path: String) throws {
        let found = try #require(AppPath(target))
        #expect(found.app == app && found.path == path)
    }

    @Test(arguments: [
        "", "/", "*", "/in", "/in/teahouse", "/in/teahouse/", "/out/teahouse/callback", "/?/in/a/b", "http://in/a/b",
    ])
    func otherAddressesNameNone(target: String) {
        #expect(AppPath(target) == nil)
    }
}
