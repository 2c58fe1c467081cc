import RelayCore

/// Why a value cannot be taken. Quotes nothing of it.
struct Unsuitable: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}

/// The kinds of values that the file has.
extension Value {
    func duration(in range: ClosedRange<Duration>) -> Duration? {
        scalar { text in
            let duration = try Duration(text: text)
            guard range.contains(duration) else {
                throw Unsuitable("expected a duration from \(range.lowerBound.text) to \(range.upperBound.text)")
            }
            guard duration.attoseconds % Duration.milliseconds(1).attoseconds == 0 else {
                throw Unsuitable("expected a duration in whole milliseconds")
            }
            return duration
        }
    }

    func integer(in range: ClosedRange<Int>) -> Int? {
        scalar { text in
            guard text.utf8.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }), let number = Int(text),
                range.contains(number)
            else { throw Unsuitable("expected a whole number from \(range.lowerBound) to \(range.upperBound)") }
            return number
        }
    }

    func boolean() -> Bool? {
        scalar { text in
            guard let value = Bool(text) else { throw Unsuitable("expected true or false") }
            return value
        }
    }

    func rate() -> Rate? {
        scalar { try Rate(text: $0) }
    }

    func price() -> Price? {
        scalar { try Price(text: $0) }
    }

    func pattern() -> ShellPattern? {
        scalar { try ShellPattern($0) }
    }

    func url() -> String? {
        scalar(otherwise: "is no address that the relay can call") { text in
            try reading.rules.checkURL(text)
            return text
        }
    }

    func network() -> CIDR? {
        scalar(otherwise: "is no network in CIDR notation") { try CIDR($0) }
    }

    /// Text for people or machines, in one line.
    func text(upTo limit: Int = 500) -> String? {
        scalar { text in
            guard text.count <= limit else { throw Unsuitable("is longer than \(limit) characters") }
            guard !text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
                throw Unsuitable("has a line break or another control character in it")
            }
            return text
        }
    }

    func word<Word>(of words: [String: Word]) -> Word? {
        scalar(otherwise: Self.oneOf(words.keys)) { text in
            if let word = words[text] { return word }
            let advice = words.keys.nearest(to: text).map { "; did you mean \($0)?" } ?? ""
            throw Unsuitable(Self.oneOf(words.keys) + advice)
        }
    }

    private static func oneOf(_ words: some Sequence<String>) -> String {
        "expected " + words.sorted().joined(separator: " or ")
    }

    /// A name that the file gives. Letters and digits of any script, or of ASCII alone where it goes into an address.
    func newName(ofAddress isInAddress: Bool = false) -> String? {
        scalar { text in
            guard text.count <= 100 else { throw Unsuitable("is longer than 100 characters") }
            let isWell = text.allSatisfy { character in
                let isLetter = (character.isLetter || character.isNumber) && (!isInAddress || character.isASCII)
                return isLetter || "-_.".contains(character)
            }
            guard isWell, text.first?.isLetter == true || text.first?.isNumber == true else {
                let letters = isInAddress ? "letters a to z, digits" : "letters, digits"
                throw Unsuitable(
                    "a name has \(letters), \"-\", \"_\" and \".\" in it, and starts with a letter or digit")
            }
            return text
        }
    }

    /// A name that is given elsewhere.
    func reference(_ kind: String, _ check: (ConfiguredNames, String) throws -> Void) -> String? {
        scalar(otherwise: "there is no such \(kind), or it belongs to another merchant") { text in
            try check(reading.names, text)
            return text
        }
    }

    /// Never quoted.
    func secret(_ check: (Secret) throws -> Void = { _ in }) -> Secret? {
        guard let text = scalar()?.value else { return nil }
        do {
            let isBroken = text.unicodeScalars.contains { $0.properties.generalCategory == .control }
            if isBroken || text.first == " " || text.last == " " {
                throw Unsuitable("has a line break or another control character in it, or a space at an end")
            }
            guard text.utf8.count <= 2000 else { throw Unsuitable("is longer than 2000 bytes") }
            let secret = Secret(text)
            try check(secret)
            return secret
        } catch {
            report("\(error)")
            return nil
        }
    }
}
