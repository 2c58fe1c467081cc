/// Why a part of a merchant's answer cannot be shown by RenRenXiu. Names members and positions, never values.
package struct BrokenAnswerPart: Error {
    package let reason: String
}
