#pragma once

#include <string>

namespace copal {

/// What an image must be made for, in the words of image indexes. Source: OCI image index,
/// "platform".
struct platform {
  std::string os = "linux";
  std::string architecture; ///< `amd64`, `arm64`, `arm` ...
  std::string variant;      ///< Of arm: `v6`, `v7`; else empty.

  bool operator==(const platform&) const = default;
};

template <class I>
typename I::result_type inspect(I& f, platform& x) {
  return f(x.os, x.architecture, x.variant);
}

} // namespace copal
