#pragma once

#include "messages/model/secret.hpp"

#include <cstdint>
#include <string>

namespace copal {

/// A secret or config of a compose file, as one service is to see it: a file that nobody writes.
struct service_file {
  std::string name;   ///< Of the file on the host; another content, owner or mode has another name.
  std::string target; ///< Its path in the container.
  secret content;
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::uint32_t mode = 0444; ///< Permission bits.

  bool operator==(const service_file&) const = default;
};

/// As many characters has a `service_file::name`: hexadecimal digits in lower case.
inline constexpr std::size_t service_file_name_size = 32;

template <class I>
typename I::result_type inspect(I& f, service_file& x) {
  return f(x.name, x.target, x.content, x.uid, x.gid, x.mode);
}

} // namespace copal
