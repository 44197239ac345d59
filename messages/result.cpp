#include "messages/result.hpp"

namespace copal {

std::string to_string(errc code) {
  switch (code) {
    case errc::invalid_input:
      return "invalid input";
    case errc::not_found:
      return "not found";
    case errc::unavailable:
      return "unavailable";
    case errc::timeout:
      return "timeout";
    case errc::conflict:
      return "conflict";
    case errc::corrupt:
      return "corrupt";
    case errc::exhausted:
      return "exhausted";
    case errc::internal:
      return "internal error";
    case errc::broken:
      return "past use";
  }
  return "unknown error";
}

error error::with_context(std::string_view doing) const {
  std::string text{doing};
  text += ": ";
  text += what;
  return {code, std::move(text)};
}

std::string to_string(const error& e) {
  return e.what.empty() ? to_string(e.code) : e.what;
}

} // namespace copal
