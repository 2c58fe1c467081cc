import Platforms
import RelayCore
import TestSupport
import Testing

/// What every platform's adapter has to keep.
struct PlatformConformanceTests {
    private typealias Parameter = ConformanceSubject.Parameter

    private static let now = ConformanceSubject.now

    @Test func everyPlatformOfTheListIsPlayed() {
        #expect(Set(PlatformList.all.map(\.name)) == Set(ConformanceSubject.all.map(\.platform.name)))
        #expect(PlatformList.all.count == Set(PlatformList.all.map(\.name)).count)
        for platform in PlatformList.all {
            #expect(PlatformList.platform(named: platform.name)?.name == platform.name)
        }
        #expect(PlatformList.platform(named: "nobody") == nil)
    }

    @Test(arguments: ConformanceSubject.all)
    func aValidCallIsTakenAsItCame(_ subject: ConformanceSubject) throws {
        let parameters = subject.parameters(Self.now)
        let body = subject.signedBody(parameters)
        let arrival = try subject.arrival(body)

        let order = try #require(parameters.first { $0.name == subject.orderParameter })
        #expect(Array(arrival.orderNo.utf8) == order.value)
        #expect(arrival.body == body)
        #expect(!arrival.type.isEmpty)
        #expect(arrival.fingerprint.count == 32)
        #expect(arrival.warning == nil)
    }

    /// A changed bit may leave the meaning as it was (`%2f` is `%2F`), and then it is the same event.
    @Test(arguments: ConformanceSubject.all)
    func noChangedBitMakesAnotherEvent(_ subject: ConformanceSubject) throws {
        let body = subject.signedBody(subject.parameters(Self.now))
        let valid = try subject.arrival(body)
        var refused = 0
        let protected = subject.protectedRange(body)
        #expect(protected.count > 40)
        for position in protected {
            for bit in 0..<8 {
                var tampered = body
                tampered[position] ^= 1 << UInt8(bit)
                switch try subject.receive(tampered) {
                case .refused:
                    refused += 1
                case .event(let arrival):
                    #expect(arrival.fingerprint == valid.fingerprint, "byte \(position), bit \(bit)")
                    #expect(arrival.orderNo == valid.orderNo)
                    #expect(arrival.goodsCode == valid.goodsCode)
                case .acknowledged, .goodsInquiry, .callbackKey:
                    Issue.record("byte \(position), bit \(bit) makes it something else")
                }
            }
        }
        #expect(refused > protected.count * 7)
    }

    @Test(arguments: ConformanceSubject.all)
    func aCallCutShortIsRefused(_ subject: ConformanceSubject) throws {
        let body = subject.signedBody(subject.parameters(Self.now))
        for length in body.indices {
            _ = try subject.refusal(Array(body.prefix(length)))
        }
    }

    @Test(arguments: ConformanceSubject.all)
    func aCallSignedWithAnotherSecretLearnsNothingElse(_ subject: ConformanceSubject) throws {
        let incomplete = subject.parameters(Self.now - 86_400_000).filter { $0.name != subject.orderParameter }
        let refusal = try subject.refusal(subject.signedBody(incomplete, for: subject.stranger))
        #expect(refusal.reason == .wrongSignature)
    }

    @Test(arguments: ConformanceSubject.all)
    func aReplayHasTheFingerprintOfTheFirstCall(_ subject: ConformanceSubject) throws {
        let first = try subject.arrival(subject.signedBody(subject.parameters(Self.now)))
        let again = try subject.arrival(subject.signedBody(subject.parameters(Self.now)))
        let later = try subject.arrival(subject.signedBody(subject.parameters(Self.now + 1000)))
        let shuffled = try subject.arrival(subject.signedBody(subject.parameters(Self.now).reversed()))
        for repeated in [again, later, shuffled] {
            #expect(repeated.fingerprint == first.fingerprint)
            #expect(repeated.orderNo == first.orderNo)
            #expect(repeated.dedupeKey == first.dedupeKey)
        }
    }

    /// The last two differ in nothing but where names and values begin.
    @Test(arguments: ConformanceSubject.all)
    func anotherBusinessFieldIsAnotherFingerprint(_ subject: ConformanceSubject) throws {
        let parameters = subject.parameters(Self.now)
        let variants = [
            parameters, parameters + [Parameter("zz", "1")], parameters + [Parameter("zZ", "1")],
            parameters + [Parameter("zz", "2")],
            changed(parameters, subject.orderParameter, to: Array("another".utf8)),
            parameters + [Parameter("zp", "1"), Parameter("zq", "2")], parameters + [Parameter("zp", "1zq2")],
        ]
        let fingerprints = try variants.map { try subject.arrival(subject.signedBody($0)).fingerprint }
        #expect(Set(fingerprints).count == variants.count)
    }

    @Test(arguments: ConformanceSubject.all.filter(\.sendsTime))
    func aCallOutsideTheClockWindowIsRefused(_ subject: ConformanceSubject) throws {
        let window: Int64 = 300_000
        for offset in [-window, 0, window] {
            _ = try subject.arrival(subject.signedBody(subject.parameters(Self.now + offset)))
        }
        for offset in [-window - 1, window + 1, -Self.now, Int64.max - Self.now] {
            let body = subject.signedBody(subject.parameters(Self.now + offset))
            #expect(try subject.refusal(body).reason == .staleTimestamp, "off by \(offset) ms")
            var unhurried = subject.app
            unhurried.clockWindow = .zero
            _ = try subject.arrival(body, for: unhurried)
        }
    }

    @Test(arguments: ConformanceSubject.all)
    func whatIsTooLargeIsRefused(_ subject: ConformanceSubject) throws {
        let parameters = subject.parameters(Self.now)
        let many = parameters + (0..<256).map { Parameter("more\($0)", "1") }
        #expect(try subject.refusal(subject.signedBody(many)).reason == .malformed)

        for (length, isTaken) in [(128, true), (129, false)] {
            let long = changed(
                parameters, subject.orderParameter, to: Array(repeating: UInt8(ascii: "9"), count: length))
            switch try subject.receive(subject.signedBody(long)) {
            case .event(let arrival): #expect(isTaken && arrival.orderNo.utf8.count == length)
            case .refused(let refusal): #expect(!isTaken && refusal.reason == .invalidParameter)
            case .acknowledged, .goodsInquiry, .callbackKey: Issue.record("it is no event")
            }
        }
    }

    /// 张 in GBK, signed as it stands.
    @Test(arguments: ConformanceSubject.all)
    func anotherCharsetThanUTF8IsRefused(_ subject: ConformanceSubject) throws {
        let body = subject.signedBody(subject.parameters(Self.now) + [Parameter("new_field", bytes: [0xD5, 0xC5])])
        #expect(try subject.refusal(body).reason == .malformed)
    }

    @Test(arguments: ConformanceSubject.all)
    func theOrderNumberHoldsNoControlCharacters(_ subject: ConformanceSubject) throws {
        for control in ["\0", "\n", "\u{1B}", "\u{7F}", "\u{85}"] {
            let order = Array("1\(control)2".utf8)
            let body = subject.signedBody(changed(subject.parameters(Self.now), subject.orderParameter, to: order))
            #expect(try subject.refusal(body).reason == .invalidParameter)
        }
    }

    @Test(arguments: ConformanceSubject.all)
    func everyRequiredParameterIsRequired(_ subject: ConformanceSubject) throws {
        let parameters = subject.parameters(Self.now)
        for name in subject.requiredParameters {
            let without = subject.signedBody(parameters.filter { $0.name != name })
            let empty = subject.signedBody(changed(parameters, name, to: []))
            for body in [without, empty] {
                let refusal = try subject.refusal(body)
                #expect(refusal.reason == .missingParameter)
                #expect(refusal.message.contains(name) && refusal.detail.contains(name))
            }
        }
        let unsigned = subject.write(parameters)
        #expect(try subject.refusal(unsigned).reason == .missingParameter)
    }

    @Test(arguments: ConformanceSubject.all)
    func aRepeatedParameterIsRefused(_ subject: ConformanceSubject) throws {
        let parameters = subject.parameters(Self.now)
        for parameter in parameters {
            let twice = try subject.refusal(subject.signedBody(parameters + [parameter]))
            #expect(twice.reason == .repeatedParameter)
            #expect(twice.message.contains(parameter.name))
        }
        let signature = Parameter(subject.signatureParameter, subject.sign(parameters, subject.app))
        let signedTwice = subject.write(parameters + [signature, signature])
        #expect(try subject.refusal(signedTwice).reason == .repeatedParameter)
    }

    @Test(arguments: ConformanceSubject.all)
    func anUnknownParameterIsCarriedAlong(_ subject: ConformanceSubject) throws {
        let parameters = subject.parameters(Self.now) + [Parameter("new_field", "值 & =")]
        let event = subject.event(try subject.arrival(subject.signedBody(parameters)))
        let fields = try subject.platform.businessFields(of: event)
        #expect(fields["new_field"] == "值 & =")
        #expect(fields[subject.orderParameter] == .string(event.orderNo))
        #expect(fields[subject.signatureParameter] == nil)
    }

    /// Templates are checked against these names.
    @Test(arguments: ConformanceSubject.all)
    func everyBusinessFieldOfAWholeCallIsDocumented(_ subject: ConformanceSubject) throws {
        let event = subject.event(try subject.arrival(subject.signedBody(subject.parameters(Self.now))))
        let names = try subject.platform.businessFields(of: event).members?.map(\.name) ?? []
        #expect(subject.platform.documentedFields.isSuperset(of: names), "\(names)")
        #expect(names.count >= 7)
    }

    @Test(arguments: ConformanceSubject.all)
    func anEventSignedAnewVerifiesWithTheEndpointsKey(_ subject: ConformanceSubject) throws {
        let event = subject.event(try subject.arrival(subject.signedBody(subject.parameters(Self.now))))
        let receiver = subject.receiver("endpoint-key", Secret("endpoint secret"))
        let later = Self.now + 86_400_000
        let anew = try subject.platform.signedAnew(
            event, appKey: receiver.appKey, secret: receiver.secret, atUnixMilliseconds: later)

        #expect(anew.contentType == subject.contentType)
        let arrival = try subject.arrival(anew.bytes, for: receiver, at: later)
        #expect(arrival.orderNo == event.orderNo)
        #expect(
            try subject.platform.businessFields(of: subject.event(arrival))
                == subject.platform.businessFields(of: event))
    }

    @Test(arguments: ConformanceSubject.all)
    func aStoredBodyThatCannotBeReadIsAnError(_ subject: ConformanceSubject) throws {
        let event = Event(
            id: EventID(bits: 7), app: subject.app.id, type: "x", orderNo: "1", body: Array("{a=%".utf8))
        #expect(throws: PlatformError.self) { try subject.platform.businessFields(of: event) }
        #expect(throws: PlatformError.self) {
            try subject.platform.signedAnew(event, appKey: "k", secret: Secret("s"), atUnixMilliseconds: 0)
        }
    }

    @Test(arguments: ConformanceSubject.all)
    func noiseIsRefused(_ subject: ConformanceSubject) throws {
        var random = SeededGenerator(seed: 20_261_122)
        let alphabet = Array("&=%+{}[]\",:0aFsign_app_key\0\u{FF}".utf8)
        for _ in 0..<2000 {
            let length = Int.random(in: 0...200, using: &random)
            let noise = (0..<length).map { _ in alphabet.randomElement(using: &random) ?? 0 }
            _ = try subject.refusal(noise)
        }
    }

    @Test(arguments: ConformanceSubject.all)
    func everyReplyIsJSONWithItsStatus(_ subject: ConformanceSubject) throws {
        let platform = subject.platform
        let refusals = [Refusal.noRoute, .conflict, Refusal(.malformed, message: "错\"误\n", detail: "x")]
        let failures: [(failure: ReplyFailure, status: Int)] =
            [
                (.cancelled, 200), (.unavailable(retryAfterSeconds: 5), 503), (.overloaded(retryAfterSeconds: 1), 503),
                (.unknownApp, 404), (.methodNotAllowed(allowed: ["POST"]), 405), (.bodyTooLarge(limit: 65536), 413),
                (.unsupportedContentType(expected: [subject.contentType]), 415), (.tooSlow, 408),
                (.addressNotAllowed, 403), (.tooManyRefusals(retryAfterSeconds: 3), 429),
                (.goodsRefused(message: nil), 200), (.goodsUnavailable, 200),
            ] + refusals.map { (.refused($0), 200) }
        for (failure, status) in failures {
            let answer = platform.answer(.failed(failure))
            #expect(answer.status == status)
            #expect(answer.contentType == "application/json")
            #expect(!subject.saysTaken(try JSON(parsing: answer.body)), "\(failure)")
            #expect((answer.retryAfterSeconds != nil) == [503, 429].contains(status))
            #expect(answer.allowedMethods == (status == 405 ? ["POST"] : []))
        }
        #expect(platform.answer(.failed(.unavailable(retryAfterSeconds: 5))).retryAfterSeconds == 5)

        let kept = platform.answer(.settled(answer: Array("kept".utf8)))
        #expect(kept.status == 200 && kept.body == Array("kept".utf8))
        let pending = platform.answer(.pending(ReplyPolicy(onPending: .accept)))
        #expect(subject.saysTaken(try JSON(parsing: pending.body)))
        #expect(subject.saysTaken(try JSON(parsing: platform.answer(.taken).body)))
    }

    @Test(arguments: ConformanceSubject.all.filter { $0.platform.outcomeWriter != nil })
    func aMerchantsAnswerIsWrittenTheSameEveryTime(_ subject: ConformanceSubject) throws {
        let writer = try #require(subject.platform.outcomeWriter)
        let taken = MerchantReply(message: "好", data: [["name": "券号", "value": "3932933"]], link: [:])
        let refused = MerchantReply(isRefusal: true, message: "没有领奖资格")
        for (reply, isTaken) in [(taken, true), (refused, false), (MerchantReply(), true)] {
            let first = writer.answer(reply)
            #expect(first.answer == writer.answer(reply).answer)
            #expect(subject.saysTaken(try JSON(parsing: first.answer)) == isTaken)
            #expect(first.warning == nil)
        }
    }

    private func changed(_ parameters: [Parameter], _ name: String, to value: [UInt8]) -> [Parameter] {
        parameters.map { $0.name == name ? Parameter(name, bytes: value) : $0 }
    }
}
