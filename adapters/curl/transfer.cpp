#include "adapters/curl/transfer.hpp"

#include <algorithm>
#include <cctype>
#include <string_view>
#include <utility>

namespace copal::curl {

namespace {

constexpr std::string_view blanks = " \t\r\n";

std::string trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos)
    return {};
  return std::string{text.substr(first, text.find_last_not_of(blanks) - first + 1)};
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) {
    return static_cast<char>(std::tolower(c));
  });
  return text;
}

/// The url's server, for error texts: what follows may hold what is not everybody's.
std::string server_of(const std::string& url) {
  const auto from = url.find("://");
  if (from == std::string::npos)
    return url.substr(0, url.find_first_of("/?#"));
  return url.substr(0, url.find_first_of("/?#", from + 3));
}

errc code_of(CURLcode code) {
  switch (code) {
    case CURLE_OPERATION_TIMEDOUT:
      return errc::timeout;
    case CURLE_TOO_MANY_REDIRECTS:
    case CURLE_OUT_OF_MEMORY:
      return errc::exhausted;
    case CURLE_URL_MALFORMAT:
      return errc::invalid_input;
    default:
      return errc::unavailable;
  }
}

} // namespace

transfer::transfer(question what, const limits& bounds, std::function<void(result<answer>)> then)
  : what_(std::move(what)),
    bounds_(bounds),
    then_(std::move(then)),
    easy_(curl_easy_init()) {}

result<void> transfer::prepare() {
  if (!easy_)
    return fail(errc::exhausted, "no memory for a call to " + server_of(what_.url));
  if (!set_limits() || !set_question())
    return fail(errc::invalid_input, "no call to " + server_of(what_.url) + " can be made");
  return {};
}

bool transfer::set_limits() {
  const auto ms = [](std::chrono::milliseconds x) { return static_cast<long>(x.count()); };
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(bounds_.silence);
  const auto* protocols = what_.may_be_plain ? "https,http" : "https";
  const auto set = [this](CURLoption option, auto x) {
    return curl_easy_setopt(handle(), option, x) == CURLE_OK;
  };
  return set(CURLOPT_NOSIGNAL, 1L) && set(CURLOPT_CONNECTTIMEOUT_MS, ms(bounds_.connect))
         && set(CURLOPT_TIMEOUT_MS, ms(bounds_.total)) && set(CURLOPT_LOW_SPEED_LIMIT, 1L)
         && set(CURLOPT_LOW_SPEED_TIME, static_cast<long>(seconds.count()))
         && set(CURLOPT_FOLLOWLOCATION, 1L)
         && set(CURLOPT_MAXREDIRS, static_cast<long>(bounds_.redirects))
         && set(CURLOPT_PROTOCOLS_STR, protocols) && set(CURLOPT_REDIR_PROTOCOLS_STR, protocols);
}

bool transfer::set_question() {
  const auto set = [this](CURLoption option, auto x) {
    return curl_easy_setopt(handle(), option, x) == CURLE_OK;
  };
  for (const auto& line : what_.headers) {
    auto* longer = curl_slist_append(headers_.get(), line.c_str());
    if (longer == nullptr)
      return false;
    (void)headers_.release(); // it is the beginning of the longer one
    headers_.reset(longer);
  }
  auto good = set(CURLOPT_URL, what_.url.c_str()) && set(CURLOPT_USERAGENT, "copal")
              && set(CURLOPT_HTTPHEADER, headers_.get()) && set(CURLOPT_WRITEDATA, this)
              && set(CURLOPT_WRITEFUNCTION, &transfer::take_body) && set(CURLOPT_HEADERDATA, this)
              && set(CURLOPT_HEADERFUNCTION, &transfer::take_header) && set(CURLOPT_PRIVATE, this);
  // A proxy is for the world outside, and what may be plain is near.
  if (what_.may_be_plain)
    good = good && set(CURLOPT_PROXY, "");
  if (!what_.verify)
    good = good && set(CURLOPT_SSL_VERIFYPEER, 0L) && set(CURLOPT_SSL_VERIFYHOST, 0L);
  // libcurl keeps either to the server that was asked: a redirect to another one gets none.
  if (!what_.token.empty())
    good = good && set(CURLOPT_HTTPAUTH, static_cast<long>(CURLAUTH_BEARER))
           && set(CURLOPT_XOAUTH2_BEARER, what_.token.reveal().c_str());
  else if (!what_.user.empty())
    good = good && set(CURLOPT_HTTPAUTH, static_cast<long>(CURLAUTH_BASIC))
           && set(CURLOPT_USERNAME, what_.user.c_str())
           && set(CURLOPT_PASSWORD, what_.password.reveal().c_str());
  return good;
}

std::size_t transfer::take_body(char* bytes, std::size_t size, std::size_t count, void* self) {
  auto& me = *static_cast<transfer*>(self);
  const auto n = size * count;
  if (me.answer_.body.size() + n > me.bounds_.body_bytes) {
    me.too_large_ = "the answer is larger than " + std::to_string(me.bounds_.body_bytes) + " bytes";
    return 0; // less than was offered: libcurl gives up
  }
  me.answer_.body.append(bytes, n);
  return n;
}

std::size_t transfer::take_header(char* bytes, std::size_t size, std::size_t count, void* self) {
  auto& me = *static_cast<transfer*>(self);
  const auto n = size * count;
  const std::string_view line{bytes, n};
  me.header_bytes_ += n;
  if (me.header_bytes_ > me.bounds_.header_bytes) {
    me.too_large_ =
      "the answer's head is larger than " + std::to_string(me.bounds_.header_bytes) + " bytes";
    return 0;
  }
  if (line.starts_with("HTTP/")) {
    // Another answer: after a redirect, or one that only says that it will come.
    me.answer_.headers.clear();
    me.answer_.body.clear();
  } else if (const auto colon = line.find(':'); colon != std::string_view::npos) {
    me.answer_.headers.emplace_back(
      lower(trimmed(line.substr(0, colon))), trimmed(line.substr(colon + 1)));
  }
  return n;
}

result<answer> transfer::outcome(CURLcode code) {
  const auto from = server_of(what_.url);
  if (!too_large_.empty())
    return fail(errc::exhausted, from + ": " + too_large_);
  if (code != CURLE_OK) {
    const std::string what = curl_easy_strerror(code);
    return fail(code_of(code),
      (code == CURLE_SSL_CONNECT_ERROR ? no_tls + (": " + from) : from) + ": " + what);
  }
  long status = 0;
  curl_easy_getinfo(handle(), CURLINFO_RESPONSE_CODE, &status);
  answer_.status = static_cast<int>(status);
  return std::move(answer_);
}

void transfer::finish(result<answer> x) {
  if (auto then = std::exchange(then_, nullptr))
    then(std::move(x));
}

} // namespace copal::curl
