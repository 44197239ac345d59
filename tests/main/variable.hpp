#pragma once

#include <cstdlib>
#include <optional>
#include <string>

namespace copal::test {

/// A variable of the environment, for as long as this lives.
class variable {
public:
  variable(std::string name, const std::string& value) : name_(std::move(name)) {
    if (const auto* old = std::getenv(name_.c_str()))
      before_ = old;
    ::setenv(name_.c_str(), value.c_str(), 1);
  }
  ~variable() {
    if (before_)
      ::setenv(name_.c_str(), before_->c_str(), 1);
    else
      ::unsetenv(name_.c_str());
  }
  variable(const variable&) = delete;
  variable& operator=(const variable&) = delete;

private:
  std::string name_;
  std::optional<std::string> before_;
};

} // namespace copal::test
