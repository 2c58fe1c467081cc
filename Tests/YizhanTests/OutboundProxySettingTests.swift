import ArgumentParser
import Configuration
import OutboundHTTP
import Testing

@testable import Yizhan

@Suite struct OutboundProxySettingTests {
    private func settings(_ arguments: [String] = [], variable: String? = nil) throws -> Settings {
        let environment = EnvironmentVariablesProvider(
            environmentVariables: variable.map { ["YIZHAN_OUTBOUND_PROXY": $0] } ?? [:])
        return try Settings(Settings.Flags.parse(arguments), environment: environment)
    }

    @Test func aFlagBeatsTheVariableAndNoneIsTheDefault() throws {
        #expect(try settings().outboundProxy == nil)
        #expect(try settings(variable: "").outboundProxy == nil)
        let variable = "http://user:s3cret@proxy.example:3128"
        let proxy = try #require(try settings(variable: variable).outboundProxy)
        #expect("\(proxy)" == "http://proxy.example:3128" && proxy.hasCredentials)
        let flag = ["--outbound-proxy", "http://10.0.0.1:8080"]
        #expect(try settings(flag, variable: variable).outboundProxy.map { "\($0)" } == "http://10.0.0.1:8080")
    }

    @Test(
        arguments: [
            (["--outbound-proxy", "http://user:s3cret@proxy:3128"], nil), ([], "https://user:s3cret@proxy:3128"),
            ([], "user:s3cret@proxy"),
        ] as [([String], String?)])
    func aWrongOneIsNamedAndNotQuoted(arguments: [String], variable: String?) {
        let error = #expect(throws: ValidationError.self) { try settings(arguments, variable: variable) }
        #expect(error?.message.contains("YIZHAN_OUTBOUND_PROXY (--outbound-proxy): ") == true)
        #expect(error?.message.contains("s3cret") == false)
    }
}
