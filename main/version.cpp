#include "main/version.hpp"

namespace copal {

std::string version_number() {
  return COPAL_VERSION;
}

std::string compatible_supervisor() {
  return "19.0.5";
}

std::string version_text() {
  return "copal " + version_number();
}

} // namespace copal
