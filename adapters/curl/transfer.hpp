#pragma once

#include "adapters/curl/client.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <curl/curl.h>

/// One call in libcurl's terms. Nobody but the client includes this.
namespace copal::curl {

struct end_easy {
  void operator()(CURL* x) const noexcept { curl_easy_cleanup(x); }
};
using easy_handle = std::unique_ptr<CURL, end_easy>;

struct end_list {
  void operator()(curl_slist* x) const noexcept { curl_slist_free_all(x); }
};
using header_list = std::unique_ptr<curl_slist, end_list>;

/// A call from its question to its answer. libcurl holds its address.
class transfer {
public:
  transfer(question what, const limits& bounds, std::function<void(result<answer>)> then);
  transfer(const transfer&) = delete;
  transfer& operator=(const transfer&) = delete;

  /// `invalid_input` when libcurl does not take the question.
  result<void> prepare();
  [[nodiscard]] CURL* handle() const noexcept { return easy_.get(); }

  /// The answer, by what libcurl says at the end.
  result<answer> outcome(CURLcode code);
  /// Calls back; once.
  void finish(result<answer> x);

private:
  static std::size_t take_body(char* bytes, std::size_t size, std::size_t count, void* self);
  static std::size_t take_header(char* bytes, std::size_t size, std::size_t count, void* self);
  bool set_limits();
  bool set_question();

  question what_;
  limits bounds_;
  std::function<void(result<answer>)> then_;
  easy_handle easy_;
  header_list headers_;
  answer answer_;
  std::size_t header_bytes_ = 0;
  std::string too_large_; ///< What was; else empty.
};

} // namespace copal::curl
