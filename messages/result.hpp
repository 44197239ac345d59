#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include <tl/expected.hpp>

namespace copal {

/// What went wrong, as far as a program must react differently to it: one member per reaction,
/// not per cause. The cause, for people, is the text of `error`.
enum class errc : std::uint8_t {
  invalid_input = 1, ///< The asker's fault; asking again with the same input is of no use.
  not_found,         ///< The thing named does not exist.
  unavailable,       ///< The other side is not there now; ask again later.
  timeout,           ///< The other side did not answer in time; the effect may or may not be.
  conflict,          ///< The thing is in a state, or in a use, that forbids the request.
  corrupt,           ///< Stored or received bytes are damaged.
  exhausted,         ///< A bound was reached: queue, size limit, disk, restart budget.
  internal,          ///< A bug of ours.
  broken,            ///< The thing is past use, whoever asks and when: only another one helps.
};

std::string to_string(errc code);

/// An error as a value: `code` for programs, `what` for people.
struct error {
  errc code = errc::internal;
  std::string what;

  bool operator==(const error&) const = default;

  /// The same error, told from one level up: "<doing>: <what>".
  [[nodiscard]] error with_context(std::string_view doing) const;
};

std::string to_string(const error& e);

template <class I>
typename I::result_type inspect(I& f, error& x) {
  return f(x.code, x.what);
}

// The C++23 type ahead of its time; a newer standard library replaces it in this one place.
namespace xp = tl;

template <class T>
using result = xp::expected<T, error>;

inline xp::unexpected<error> fail(error e) {
  return xp::unexpected<error>(std::move(e));
}

inline xp::unexpected<error> fail(errc code, std::string what) {
  return xp::unexpected<error>(error{code, std::move(what)});
}

} // namespace copal
