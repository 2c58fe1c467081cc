import RelayCore
import RelayFile
import Testing

@Suite struct ProblemTests {
    @Test func allProblemsOfAFileComeTogetherByTheirLines() {
        let text = """
            merchants:
              - name: teahouse
              - name: teahouse
            aps: []
            apps:
              - name: tea house
                merchant: teahuose
                platform: renrenxui
                secret: ${UNSET}
                clock_window: 2d
                reply: {wait: 61s, on_pending: maybe}
            endpoints:
              - name: teahouse-erp
                merchant: teahouse
                url: ftp://erp.example
                timeout: 5 minutes
                timeout: 5s
                max_in_flight: 0
                rate: 100
                daily_quota: 0
                ordered: yes
                retry: [5s, soon]
                secret: whsec_c2hvcnQ=
                app_key: k
              - name: voucher
                merchant: teahouse
                url: https://open.youzan.example
                format: youzan
                grant_id: 5
                client_id: c
                client_secret: s
                api: youzan/trade
                version: 3.0.0
                body: '{"mobile": "{{phon}}"}'
            routes:
              - app: nobody
                event: "goods.[issue"
                endpoint: teahouse-epr
            goods:
              - {app: tea, code: a, name: b, price: 1.234}
            retention: {days: 30, attempts: 1h}
            allow_private_networks: 127.0.0.0/8
            """
        #expect(
            problems(of: text) == [
                #"relay.yaml:3: merchants "teahouse": there is another merchant of this name on line 2"#,
                #"relay.yaml:4: unknown key "aps"; did you mean apps?"#,
                #"relay.yaml:6: apps "tea house": app_key: is missing"#,
                #"""
                relay.yaml:6: apps "tea house": name: "tea house": a name has letters a to z, digits, "-", "_" and "." \#
                in it, and starts with a letter or digit
                """#,
                #"""
                relay.yaml:7: apps "tea house": merchant: "teahuose": there is no such merchant; \#
                did you mean "teahouse"?
                """#,
                #"""
                relay.yaml:8: apps "tea house": platform: "renrenxui": expected meituan-alliance or renrenxiu or youzan; \#
                did you mean renrenxiu?
                """#,
                #"relay.yaml:9: apps "tea house": secret: the environment variable UNSET is not set"#,
                #"relay.yaml:10: apps "tea house": clock_window: "2d": expected a duration from 0s to 1d"#,
                #"relay.yaml:11: apps "tea house": reply.wait: "61s": expected a duration from 0s to 1m"#,
                #"relay.yaml:11: apps "tea house": reply.on_pending: "maybe": expected accept or reject"#,
                #"""
                relay.yaml:15: endpoints "teahouse-erp": url: "ftp://erp.example": \#
                ftp://erp.example does not start with https://
                """#,
                #"relay.yaml:16: endpoints "teahouse-erp": timeout: is given twice"#,
                #"""
                relay.yaml:18: endpoints "teahouse-erp": max_in_flight: "0": expected a whole number from 1 to 10000
                """#,
                #"""
                relay.yaml:19: endpoints "teahouse-erp": rate: "100": expected a rate such as 100/s, 30/m or 1000/h
                """#,
                #"relay.yaml:20: endpoints "teahouse-erp": daily_quota: "0": expected a whole number from 1 to 1000000000"#,
                #"relay.yaml:21: endpoints "teahouse-erp": ordered: "yes": expected true or false"#,
                #"""
                relay.yaml:22: endpoints "teahouse-erp": retry[1]: "soon": \#
                expected a duration such as 500ms, 3s, 10m, 48h or 7d
                """#,
                #"relay.yaml:23: endpoints "teahouse-erp": secret: secret 1 has 5 bytes, not 24 to 64"#,
                #"relay.yaml:24: endpoints "teahouse-erp": app_key: belongs to format: platform"#,
                #"relay.yaml:27: endpoints "voucher": url: belongs to format: standard or format: platform"#,
                #"""
                relay.yaml:32: endpoints "voucher": api: "youzan/trade": expected an API's name such as youzan.trade.get: \#
                letters, digits, ".", "_" and "-"
                """#,
                #"""
                relay.yaml:34: endpoints "voucher": body: "{"mobile": "{{phon}}"}": no event has a field {{phon}}; \#
                did you mean {{phone}}?
                """#,
                #"relay.yaml:36: routes[0]: app: "nobody": there is no such app"#,
                #"""
                relay.yaml:37: routes[0]: event: "goods.[issue": \#
                the [ at character 7 of the pattern has no ] (write \[ for itself)
                """#,
                #"""
                relay.yaml:38: routes[0]: endpoint: "teahouse-epr": there is no such endpoint; \#
                did you mean "teahouse-erp"?
                """#,
                #"relay.yaml:40: goods "b": app: "tea": there is no such app"#,
                #"relay.yaml:40: goods "b": price: "1.234": expected a price with at most two decimals"#,
                #"relay.yaml:41: retention: unknown key "days""#,
                #"relay.yaml:41: retention.attempts: "1h": expected a duration from 1d to 36500d"#,
                #"relay.yaml:42: allow_private_networks: expected a list, not a single value"#,
            ])
    }

    @Test func whatIsWrongWithAlertsIsSaidWithoutAWordOfATokensAddress() {
        let text = """
            alerts:
              - {name: a, url: "https://robot.example/hush", format: dingtalk, secret: s}
              - {name: a, url: "ftp://robot.example/?hush", format: wecom, on: [breaker_opens], at_most: 5}
              - {name: b, url: "https://robot.example/?hush", format: dingtallk, merchant: nobody}
              - {name: c, url: "https://pager.example", format: standard}
            """
        #expect(
            problems(of: text) == [
                #"relay.yaml:2: alerts "a": url: expected the robot's whole address, with its token behind a ?"#,
                #"relay.yaml:2: alerts "a": secret: belongs to format: standard"#,
                #"relay.yaml:3: alerts "a": there is another alert of this name on line 2"#,
                #"relay.yaml:3: alerts "a": url: is no address that the relay can call"#,
                #"""
                relay.yaml:3: alerts "a": on[0]: "breaker_opens": expected breaker_open or dead_letters or \#
                endpoint_paused; did you mean breaker_open?
                """#,
                #"relay.yaml:3: alerts "a": at_most: "5": expected a rate such as 100/s, 30/m or 1000/h"#,
                #"""
                relay.yaml:4: alerts "b": format: "dingtallk": expected dingtalk or standard or wecom; \#
                did you mean dingtalk?
                """#,
                #"relay.yaml:4: alerts "b": merchant: "nobody": there is no such merchant"#,
                #"relay.yaml:5: alerts "c": secret: is missing"#,
            ])
    }

    @Test(arguments: [
        ("", "relay.yaml:1: the file is empty"),
        ("# nothing yet\n", "relay.yaml:1: the file is empty"),
        ("- a\n- b", "relay.yaml:1: expected keys and values, not a list"),
        ("apps:\n  name: a", "relay.yaml:2: apps: expected a list, not keys and values"),
        ("apps:\n  - a", "relay.yaml:2: apps[0]: expected keys and values, not a single value"),
        ("merchants:\n  - name:", "relay.yaml:2: merchants[0]: name: has no value"),
        ("merchants:\n  - name: ''", "relay.yaml:2: merchants[0]: name: is empty"),
        ("merchants:\n  - name: [a]", "relay.yaml:2: merchants[0]: name: expected a single value, not a list"),
        ("merchants:\n  - {}", "relay.yaml:2: merchants[0]: name: is missing"),
        ("merchants: [{name: a}]\n? [x]\n: 1", "relay.yaml:2: expected a key, not a list"),
        ("alerts: {}", "relay.yaml:1: alerts: expected a list, not keys and values"),
        ("meituan_voucher: {}", "relay.yaml:1: meituan_voucher.base_url: is missing"),
        (
            "merchants: [{name: '${A B}'}]",
            """
            relay.yaml:1: merchants[0]: name: ${ needs the name of an environment variable and a }; \
            write $${ for ${ itself
            """
        ),
        (
            "allow_private_networks:\n - 10.0.0.1/8",
            #"relay.yaml:2: allow_private_networks[0]: "10.0.0.1/8": 10.0.0.1/8 has bits set beyond its prefix; the network is 10.0.0.0/8"#
        ),
    ])
    func aFileWithOneMistakeHasOneProblem(text: String, problem: String) {
        #expect(problems(of: text) == [problem])
    }

    /// One line of the example replaced.
    @Test(arguments: [
        ("timeout: 10s", "timeout: 99ms", "a duration from 100ms to 2m"),
        ("timeout: 10s", "timeout: 121s", "a duration from 100ms to 2m"),
        ("timeout: 10s", "timeout: 100.5ms", "a duration in whole milliseconds"),
        ("max_in_flight: 32", "max_in_flight: 10001", "a whole number from 1 to 10000"),
        ("max_in_flight: 32", "max_in_flight: -1", "a whole number from 1 to 10000"),
        ("rate: 100/s", "rate: 0/s", "a rate of at least 1"),
        ("retry: [5s, ", "retry: [0s, ", "retry[0]: \"0s\": expected a duration from 1ms to 30d"),
        ("expire_after: 72h", "expire_after: 366d", "to 365d"),
        ("price: 1.23", "price: '1,23'", "expected a price such as 12 or 1.23"),
        ("price: 1.23", "price: 1.0e2", "expected a price such as 12 or 1.23"),
        ("price: 1.23", "price: -1", "expected a price such as 12 or 1.23"),
        ("copies: [audit-log]", "copies: [audit-log, audit-log]", "the route goes to this endpoint already"),
        ("copies: [audit-log]", "copies: [teahouse-erp]", "the route goes to this endpoint already"),
        (
            "platform: renrenxiu", "platform: youzan",
            "app_key: belongs to platform: renrenxiu or platform: meituan-alliance"
        ),
        ("platform: renrenxiu", "platform: youzan", "client_secret: is missing"),
        ("platform: renrenxiu", "platform: meituan-alliance", "reply: belongs to platform: renrenxiu"),
        ("platform: renrenxiu", "platform: taobao", "\"taobao\": expected meituan-alliance or renrenxiu or youzan"),
        ("clock_window: 5m ", "goods_library: {endpoint: nobody} ", "there is no such endpoint"),
        ("clock_window: 5m ", "goods_library: {endpoint: teahouse-erp} ", "its endpoint needs format: platform"),
        ("clock_window: 5m ", "goods_library: {endpoint: audit-log, cache: 25h} ", "a duration from 0s to 1d"),
        ("clock_window: 5m ", "key_grace: 1h ", "key_grace: belongs to platform: meituan-alliance"),
        ("name: audit-log", "name: teahouse-erp", "there is another endpoint of this name on line 15"),
        ("    app_key: audit\n", "", "endpoints \"audit-log\": app_key: is missing"),
        ("secret: own-secret", "secret: ' own-secret'", "a space at an end"),
        ("secret: ${TEAHOUSE_WHSEC}", "secret: ${RRX_SECRET}", "secret 1 does not start with whsec_"),
        ("pending_message: 奖", "pending_message: \"\\n\" #", "a line break or another control character"),
    ])
    func aValueOutOfItsBoundsIsAProblem(original: String, changed: String, expected: String) throws {
        let changedFile = exampleFile.replacing(original, with: changed)
        try #require(changedFile != exampleFile)
        let found = problems(of: changedFile)
        #expect(found.contains { $0.contains(expected) }, "\(found)")
    }

    @Test func moreThanFiftyStepsOfARetryAreAProblem() {
        let steps = Array(repeating: "1s", count: 51).joined(separator: ", ")
        let text = exampleFile.replacing("retry: [5s, ", with: "retry: [\(steps), ")
        #expect(
            problems(of: text) == [#"relay.yaml:26: endpoints "teahouse-erp": retry: has 60 steps; 50 are the most"#])
    }

    @Test func textThatIsNotYAMLSaysWhere() {
        let found = problems(of: "merchants:\n  - name: a\n  - name: \"b\n")
        #expect(found.count == 1)
        #expect(found.first?.hasPrefix("relay.yaml:4: not YAML: ") == true, "\(found)")
    }

    @Test func repeatedKeysAreFoundInEveryMapping() {
        let text = """
            merchants: [{name: a, name: b}]
            apps: []
            "apps": []
            """
        #expect(
            problems(of: text) == [
                #"relay.yaml:1: merchants "b": name: is given twice"#, "relay.yaml:2: apps: is given twice",
            ])
    }

    @Test func valuesFromTheEnvironmentAreInNoProblem() throws {
        let hidden = "h1dden"
        let text = """
            merchants: [{name: "${V} x"}]
            apps:
              - {name: "a ${V}", merchant: "${V}", platform: "${V}", app_key: "${LINES}", secret: "${LINES}", clock_window: "${V}", allow_from: ["${V}"]}
            endpoints:
              - {name: "-${V}", merchant: "${V}", url: "${V}", secret: "${V}", rate: "${V}", max_in_flight: "${V}"}
              - {name: e, merchant: "${V}", url: "https://x", format: "${V}", ordered: "${V}", retry: ["${V}"]}
            routes: [{app: "${V}", event: "[${V}", endpoint: "${V}", copies: ["${V}"]}]
            goods: [{app: "${V}", code: "${LINES}", name: "${LINES}", price: "${V}"}]
            allow_private_networks: ["${V}"]
            """
        let found = problems(of: text, environment: ["V": hidden, "LINES": "\(hidden)\n"])
        #expect(found.count > 20)
        #expect(!found.contains { $0.contains(hidden) }, "\(found)")
    }

    @Test func secretsWrittenInTheFileAreInNoProblem() {
        let text = exampleFile.replacing("${TEAHOUSE_WHSEC}", with: "whsec_not*base64")
        let found = problems(of: text)
        #expect(found == [#"relay.yaml:19: endpoints "teahouse-erp": secret: secret 1 is not base64 after whsec_"#])
    }

    @Test func aProblemSaysItsPathForMachines() {
        let text = exampleFile.replacing("timeout: 10s", with: "timeout: 1h").replacing("wait: 3s", with: "wait: 1h")
        do throws(RelayFileProblems) {
            _ = try read(text)
            Issue.record("the file was taken")
        } catch {
            #expect(error.problems.map(\.path) == ["apps[0].reply.wait", "endpoints[0].timeout"])
            #expect(error.problems.map(\.line) == [11, 20])
        }
    }
}
