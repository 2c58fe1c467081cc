import Crypto
import RelayCore

/// What a sample merchant issues for an order: always the same for the same one.
struct Voucher {
    let number: String
    let code: String

    init(orderNo: String) {
        let digest = SHA256.hash(data: Array("voucher of \(orderNo)".utf8))
        let seed = digest.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        number = Self.digits(10, of: seed)
        code = Self.digits(6, of: seed / 10_000_000_000)
    }

    /// As RenRenXiu shows it to the participant.
    var rows: JSON {
        [["name": "券号", "value": .string(number)], ["name": "密码", "value": .string(code)]]
    }

    private static func digits(_ count: Int, of seed: UInt64) -> String {
        let digits = String(String(seed).suffix(count))
        return String(repeating: "0", count: count - digits.count) + digits
    }
}
