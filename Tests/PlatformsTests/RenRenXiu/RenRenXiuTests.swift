import Platforms
import RelayCore
import Testing

struct RenRenXiuTests {
    private typealias Parameter = ConformanceSubject.Parameter

    private let subject = ConformanceSubject.renRenXiu

    private func refusal(of name: String, being value: String) throws -> Refusal {
        let parameters = subject.parameters(ConformanceSubject.now)
            .map { $0.name == name ? Parameter(name, value) : $0 }
        return try subject.refusal(subject.signedBody(parameters))
    }

    @Test func bothAddressesAreForForms() {
        #expect(
            subject.platform.callbacks == [
                Callback(path: "goods/issue", methods: ["POST"], contentTypes: ["application/x-www-form-urlencoded"]),
                Callback(
                    path: "goods/list", methods: ["POST"], contentTypes: ["application/x-www-form-urlencoded"],
                    isStored: false),
            ])
    }

    @Test func anotherAppsKeyIsRefusedBeforeItsSignature() throws {
        var parameters = subject.parameters(ConformanceSubject.now).filter { $0.name != "app_key" }
        parameters += [Parameter("app_key", "another"), Parameter("sign", "0")]
        #expect(try subject.refusal(subject.write(parameters)).reason == .wrongAppKey)
    }

    @Test func staleComesBeforeMissing() throws {
        let parameters = subject.parameters(0).filter { $0.name != "openid" }
        #expect(try subject.refusal(subject.signedBody(parameters)).reason == .staleTimestamp)
    }

    @Test(arguments: ["soon", "-1", "+1763781000000", "1763781000000.0", " 1763781000000", "99999999999999999999", "１"])
    func aTimeThatIsNoNumberIsRefused(_ time: String) throws {
        #expect(try refusal(of: "time_stamp", being: time).reason == .staleTimestamp)
    }

    @Test func aTimeInSecondsIsRefusedWithTheUnitItShouldHave() throws {
        let refusal = try refusal(of: "time_stamp", being: String(ConformanceSubject.now / 1000))
        #expect(refusal.message == "time_stamp 与当前时间相差超过 300 秒,请核对服务器时钟(单位为毫秒)")
    }

    @Test func signedAnewChangesNothingButKeyTimeAndSignature() throws {
        let body = subject.signedBody(subject.parameters(ConformanceSubject.now))
        let event = subject.event(try subject.arrival(body))
        let anew = try subject.platform.signedAnew(event, appKey: "key", secret: Secret("s"), atUnixMilliseconds: 42)
        let before = try FormBody(parsing: body).pairs
        let after = try FormBody(parsing: anew.bytes).pairs

        #expect(after.map(\.name) == before.map(\.name))
        for (old, new) in zip(before, after) {
            switch old.name {
            case "app_key": #expect(new.value == "key")
            case "time_stamp": #expect(new.value == "42")
            case "sign": #expect(new.value != old.value)
            default: #expect(new.value == old.value)
            }
        }
    }
}
