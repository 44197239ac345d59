#include "adapters/registry/look.hpp"

#include "adapters/registry/wire.hpp"

#include <utility>
#include <variant>

namespace copal::registry {

using boost::asio::awaitable;

namespace {

constexpr int ok = 200;
constexpr int unauthorized = 401;
constexpr int forbidden = 403;
constexpr int not_there = 404;

/// One conversation: it ends with the look.
class conversation {
public:
  conversation(
    std::shared_ptr<curl::client> with, const registry_logins& logins, place where, bool insecure)
    : with_(std::move(with)),
      where_(std::move(where)),
      insecure_(insecure) {
    if (const auto it = logins.find(where_.login); it != logins.end())
      login_ = &it->second;
  }

  awaitable<result<curl::answer>> manifest(std::string reference) {
    return get("manifests/" + std::move(reference), accept_manifests());
  }

  awaitable<result<curl::answer>> blob(std::string digest) {
    return get("blobs/" + std::move(digest), {});
  }

private:
  /// GETs a part of the repository; once more when the registry wants to know who asks.
  awaitable<result<curl::answer>> get(std::string path, std::string accept) {
    auto answer = co_await send(path, accept);
    if (answer && answer->status == unauthorized && !introduced_) {
      introduced_ = true;
      auto known = co_await introduce(answer->header("www-authenticate"));
      if (!known)
        co_return fail(std::move(known.error()));
      answer = co_await send(path, accept);
    }
    if (!answer)
      co_return fail(std::move(answer.error()));
    if (answer->status != ok)
      co_return fail(judge(answer->status));
    co_return answer;
  }

  awaitable<result<curl::answer>> send(std::string path, std::string accept) {
    auto question = question_for(scheme_, path, accept);
    auto answer = co_await with_->ask(std::move(question));
    const auto speaks_none = !answer && answer.error().what.starts_with(curl::no_tls);
    if (!speaks_none || !insecure_ || scheme_ == plain)
      co_return answer;
    scheme_ = plain;
    auto again = question_for(scheme_, path, accept);
    co_return co_await with_->ask(std::move(again));
  }

  [[nodiscard]] curl::question question_for(
    const char* scheme, const std::string& path, const std::string& accept) const {
    curl::question out;
    out.url = scheme + where_.host + "/v2/" + where_.repository + '/' + path;
    if (!accept.empty())
      out.headers.push_back(accept);
    out.verify = !insecure_;
    out.may_be_plain = insecure_;
    out.token = token_;
    if (token_.empty() && basic_) {
      out.user = login_->user;
      out.password = login_->password;
    }
    return out;
  }

  awaitable<result<bool>> introduce(std::string wanted) {
    const auto how = read_challenge(wanted);
    if (!how)
      co_return fail(errc::not_found, where_.host + " does not say how to log in");
    if (how->how == challenge::kind::basic) {
      if (login_ == nullptr)
        co_return fail(errc::not_found, where_.host + " wants a login, and there is none for it");
      basic_ = true;
      co_return true;
    }
    curl::question question;
    question.url = token_url(*how);
    question.verify = !insecure_;
    question.may_be_plain = insecure_;
    if (login_ != nullptr) {
      question.user = login_->user;
      question.password = login_->password;
    }
    auto answer = co_await with_->ask(std::move(question));
    if (!answer)
      co_return fail(answer.error().with_context("asking for a token"));
    if (answer->status != ok)
      co_return fail(judge(answer->status).with_context("asking for a token"));
    auto token = read_token(answer->body);
    if (!token)
      co_return fail(std::move(token.error()));
    token_ = std::move(*token);
    co_return true;
  }

  [[nodiscard]] error judge(int status) const {
    const auto text = where_.host + " answers " + std::to_string(status) + " for "
                      + where_.repository + ' ' + where_.reference;
    const auto refused = status == unauthorized || status == forbidden || status == not_there;
    return {refused ? errc::not_found : errc::unavailable, text};
  }

  static constexpr const char* plain = "http://";

  std::shared_ptr<curl::client> with_;
  place where_;
  bool insecure_;
  const registry_login* login_ = nullptr;
  const char* scheme_ = "https://";
  bool introduced_ = false;
  bool basic_ = false; ///< The login goes along.
  secret token_;
};

} // namespace

awaitable<result<remote_image>> look(std::shared_ptr<curl::client> with,
  std::shared_ptr<const registry_logins> logins,
  look_at_image what) {
  auto where = place_of(what.name);
  if (!where)
    co_return fail(std::move(where.error()));
  const auto insecure = is_insecure(where->host, what.insecure);
  conversation talk{std::move(with), *logins, *where, insecure};
  auto answer = co_await talk.manifest(where->reference);
  if (!answer)
    co_return fail(std::move(answer.error()));
  auto digest = answer->header("docker-content-digest");
  if (digest.empty() && where->reference.find(':') != std::string::npos)
    digest = where->reference;
  auto read = read_manifest(answer->body);
  if (read && std::holds_alternative<image_index>(*read)) {
    const auto chosen = choose(std::get<image_index>(*read), what.runs_on);
    if (!chosen)
      co_return fail(chosen.error());
    answer = co_await talk.manifest(chosen->digest);
    if (!answer)
      co_return fail(std::move(answer.error()));
    read = read_manifest(answer->body);
  }
  if (!read)
    co_return fail(std::move(read.error()));
  const auto* manifest = std::get_if<image_manifest>(&*read);
  if (manifest == nullptr)
    co_return fail(errc::corrupt, "an index of indexes");
  auto config = co_await talk.blob(manifest->config.digest);
  if (!config)
    co_return fail(std::move(config.error()));
  const auto diff_ids = read_config(config->body);
  if (!diff_ids)
    co_return fail(diff_ids.error());
  co_return join(std::move(digest), *manifest, *diff_ids);
}

} // namespace copal::registry
