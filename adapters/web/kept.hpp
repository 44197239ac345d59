#pragma once

#include "adapters/web/answer.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace copal::web {

/// The answers that hold until something changes, by path and key: who asks the same with the same
/// key is answered without a question to anybody. Keys that are not good never get in, so an answer
/// found here is one that its caller may have.
class kept_answers {
public:
  /// Null when there is none.
  [[nodiscard]] std::shared_ptr<const answer> find(std::string_view path, const secret& key) const;

  /// Keeps an answer, unless something has changed since it was given. When there is no place, all
  /// are dropped: a few callers asking for a few paths fit by far.
  void keep(
    std::string path, secret key, const api::edition& of, std::shared_ptr<const answer> what);

  /// What is older is void; so is what comes later and is older.
  void drop_older(const api::edition& now);

  [[nodiscard]] std::size_t size() const { return all_.size(); }

  static constexpr std::size_t most = 64;
  static constexpr std::size_t most_bytes = std::size_t{1} << 20U;

private:
  struct entry {
    std::string path;
    secret key;
    std::shared_ptr<const answer> what;
  };

  std::vector<entry> all_;
  std::size_t bytes_ = 0;
  api::edition newest_;
};

} // namespace copal::web
