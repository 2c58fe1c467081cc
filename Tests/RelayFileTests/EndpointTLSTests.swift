import RelayCore
import RelayFile
import Testing

@Suite struct EndpointTLSTests {
    private func file(_ url: String = "https://erp.example", format: String, _ lines: String...) -> String {
        let own =
            switch format {
            case "platform": "url: \(url), app_key: k, secret: s"
            case "youzan":
                "base_url: \(url), client_id: c, client_secret: s, grant_id: g, api: a, version: v, body: '{}'"
            default: "url: \(url), secret: \(standardSecret)"
            }
        return """
            merchants: [{name: tea}]
            endpoints:
              - name: erp
                merchant: tea
            \(lines.map { "    \($0)" }.joined(separator: "\n"))
                format: \(format)
            \(own.split(separator: ", ").map { "    \($0)" }.joined(separator: "\n"))
            """
    }

    private let environment = ["KEY": "key 1\nits lines", "OTHER_KEY": "key 2", "NO_KEY": "a-secret-that-is-no-key"]

    @Test(arguments: ["standard", "platform", "youzan"])
    func everyFormatHasThem(format: String) throws {
        let text = file(
            format: format, "ca: |", "  certificate of", "  an authority", "client_certificate: certificate 1",
            "client_key: ${KEY}")
        let declaration = try read(text, environment: ["KEY": "key 1"])
        #expect(
            declaration.endpoints["erp"]?.tls
                == EndpointTLS(
                    authorities: "certificate of\nan authority\n",
                    client: ClientIdentity(certificate: "certificate 1", key: Secret("key 1"))))
    }

    @Test func whatIsNotReadableOrDoesNotBelongTogetherIsReportedByItsLine() {
        let place = #"endpoints "erp""#
        let cases: [([String], [String])] = [
            (["ca: nonsense"], ["5: \(place): ca: is no certificate"]),
            (
                ["ca: |", "  -----BEGIN PRIVATE KEY-----", "  s3cret"],
                ["5: \(place): ca: has a private key in it; that belongs into client_key alone"]
            ),
            (["client_key: ${KEY}"], ["3: \(place): client_certificate: is missing"]),
            (["client_certificate: certificate 1"], ["3: \(place): client_key: is missing"]),
            (
                ["client_certificate: x", "client_key: ${NO_KEY}"],
                ["5: \(place): client_certificate: is no certificate", "6: \(place): client_key: is no key"]
            ),
            (
                ["client_certificate: certificate 1", "client_key: ${OTHER_KEY}"],
                ["6: \(place): client_key: is the key of another certificate"]
            ),
            (
                ["client_certificate: certificate 1", "client_key: ${UNSET}"],
                ["6: \(place): client_key: the environment variable UNSET is not set"]
            ),
        ]
        for (lines, expected) in cases {
            let text = file(format: "standard", lines.joined(separator: "\n    "))
            let found = problems(of: text, environment: environment)
            #expect(found == expected.map { "relay.yaml:\($0)" })
        }
    }

    @Test func theyHaveNoMeaningWithoutTLS() {
        let text = file("http://plain.example", format: "platform", "ca: certificate 1")
        #expect(
            problems(of: text) == [
                #"relay.yaml:5: endpoints "erp": ca: has no meaning: the address does not start with https://"#
            ])
    }
}
