#include "base/words.h"

#include <cerrno>
#include <cstring>
#include <utility>

namespace saiten {

Text Same(std::string_view words) { return {std::string(words), std::string(words)}; }

Text SystemReason(int number) {
  const char* const en = std::strerror(number);
  switch (number) {
    case ENOENT:
      return {en, "ファイルまたはフォルダーがありません"};
    case EACCES:
    case EPERM:
      return {en, "権限がありません"};
    case ENOTDIR:
      return {en, "途中の名前がフォルダーではありません"};
    case EISDIR:
      return {en, "フォルダーです"};
    case ENOSPC:
      return {en, "ディスクに空きがありません"};
    case EDQUOT:
      return {en, "割り当て容量を超えました"};
    case EFBIG:
      return {en, "ファイルが大きすぎます"};
    case EROFS:
      return {en, "読み取り専用のファイルシステムです"};
    case EMFILE:
    case ENFILE:
      return {en, "開いているファイルが多すぎます"};
    case ENAMETOOLONG:
      return {en, "名前が長すぎます"};
    case ELOOP:
      return {en, "リンクが循環しています"};
    case EIO:
      return {en, "入出力エラー"};
    case EPIPE:
      return {en, "出力先が閉じられました"};
    default:
      return Same(en);
  }
}

Error Fail(ErrorKind kind, Text message, Text hint) {
  return {kind, std::move(message.en), std::move(hint.en), std::move(message.ja), std::move(hint.ja)};
}

}  // namespace saiten
