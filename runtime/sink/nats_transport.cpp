// SPDX-License-Identifier: Apache-2.0
// NATS through libnats. With a stream (JetStream) each message is acknowledged when the stream has it, and one that comes twice
// within the stream's time of memory is kept once: its header Nats-Msg-Id is the detection's id. Without one, delivered means
// that the server has read the batch.
#include <nats/nats.h>
#include <unistd.h>

#include "runtime/base/library.h"
#include "runtime/sink/transport.h"

namespace recipe {
namespace {

constexpr std::chrono::seconds kPatience{5};

struct Nats {
  Library library{"libnats.so.3.4", "libnats3.4"};
  decltype(&::natsOptions_Create) options_create;
  decltype(&::natsOptions_Destroy) options_destroy;
  decltype(&::natsOptions_SetURL) set_url;
  decltype(&::natsOptions_SetName) set_name;
  decltype(&::natsOptions_SetTimeout) set_timeout;
  decltype(&::natsOptions_SetWriteDeadline) set_write_deadline;
  decltype(&::natsOptions_SetAllowReconnect) set_allow_reconnect;
  decltype(&::natsOptions_SetErrorHandler) set_error_handler;
  decltype(&::natsOptions_SetUserInfo) set_user_info;
  decltype(&::natsOptions_SetToken) set_token;
  decltype(&::natsOptions_SetUserCredentialsFromFiles) set_credentials;
  decltype(&::natsOptions_SetSecure) set_secure;
  decltype(&::natsOptions_LoadCATrustedCertificates) load_ca;
  decltype(&::natsOptions_LoadCertificatesChain) load_chain;
  decltype(&::natsConnection_Connect) connect;
  decltype(&::natsConnection_Destroy) destroy;
  decltype(&::natsConnection_PublishMsg) publish;
  decltype(&::natsConnection_FlushTimeout) flush;
  decltype(&::natsConnection_GetLastError) last_error;
  decltype(&::natsConnection_JetStream) jet_stream;
  decltype(&::jsCtx_Destroy) jet_destroy;
  decltype(&::js_PublishMsg) jet_publish;
  decltype(&::jsPubAck_Destroy) ack_destroy;
  decltype(&::natsMsg_Create) message_create;
  decltype(&::natsMsg_Destroy) message_destroy;
  decltype(&::natsMsgHeader_Set) header_set;
  decltype(&::natsStatus_GetText) text;

  Nats() {
    library.bind(options_create, "natsOptions_Create");
    library.bind(options_destroy, "natsOptions_Destroy");
    library.bind(set_url, "natsOptions_SetURL");
    library.bind(set_name, "natsOptions_SetName");
    library.bind(set_timeout, "natsOptions_SetTimeout");
    library.bind(set_write_deadline, "natsOptions_SetWriteDeadline");
    library.bind(set_allow_reconnect, "natsOptions_SetAllowReconnect");
    library.bind(set_error_handler, "natsOptions_SetErrorHandler");
    library.bind(set_user_info, "natsOptions_SetUserInfo");
    library.bind(set_token, "natsOptions_SetToken");
    library.bind(set_credentials, "natsOptions_SetUserCredentialsFromFiles");
    library.bind(set_secure, "natsOptions_SetSecure");
    library.bind(load_ca, "natsOptions_LoadCATrustedCertificates");
    library.bind(load_chain, "natsOptions_LoadCertificatesChain");
    library.bind(connect, "natsConnection_Connect");
    library.bind(destroy, "natsConnection_Destroy");
    library.bind(publish, "natsConnection_PublishMsg");
    library.bind(flush, "natsConnection_FlushTimeout");
    library.bind(last_error, "natsConnection_GetLastError");
    library.bind(jet_stream, "natsConnection_JetStream");
    library.bind(jet_destroy, "jsCtx_Destroy");
    library.bind(jet_publish, "js_PublishMsg");
    library.bind(ack_destroy, "jsPubAck_Destroy");
    library.bind(message_create, "natsMsg_Create");
    library.bind(message_destroy, "natsMsg_Destroy");
    library.bind(header_set, "natsMsgHeader_Set");
    library.bind(text, "natsStatus_GetText");
  }
};

const Nats& nats() {
  static const Nats kNats;
  return kNats;
}

// Without one the library writes asynchronous errors to stderr; they are asked for after each batch.
void no_log(natsConnection*, natsSubscription*, natsStatus, void*) {}

class NatsTransport final : public Transport {
 public:
  struct Options {
    std::string url, subject, user, password, token, credentials, ca, cert, key;
    bool stream = false, tls = false;
    std::chrono::milliseconds patience{};
  };
  NatsTransport(Options options, const std::string& host)
      : options_(std::move(options)), name_("the subject `" + options_.subject + "` of NATS on " + host) {}
  ~NatsTransport() override { hang_up(); }

  // One after another: each answer belongs to one message. What came before a fault is known by its id when it comes again.
  Outcome send(const std::vector<std::string>& batch) override {
    if (natsStatus status = connect(); status != NATS_OK) return fail("connect to", status);
    for (const std::string& message : batch) {
      const natsStatus status = publish(message);
      if (status == NATS_MAX_PAYLOAD) {
        return {Outcome::Kind::kRejected, {"a message is too long for " + name_}};
      }
      if (status == NATS_NO_RESPONDERS) {
        return {Outcome::Kind::kRetry, {"no stream takes " + name_}};
      }
      if (status != NATS_OK) return fail("send to", status);
    }
    if (options_.stream) return {};
    if (natsStatus status = nats().flush(connection_, options_.patience.count()); status != NATS_OK) {
      return fail("send to", status);
    }
    const char* words = nullptr;  // "Permissions Violation ..." comes behind the messages
    if (natsStatus status = nats().last_error(connection_, &words); status != NATS_OK) return fail("send to", status);
    return {};
  }

 private:
  natsStatus configure(natsOptions* options) const {
    const auto& o = options_;
    natsStatus status = nats().set_url(options, o.url.c_str());
    if (status == NATS_OK) status = nats().set_name(options, "reciped");
    if (status == NATS_OK) status = nats().set_timeout(options, o.patience.count());
    if (status == NATS_OK) status = nats().set_write_deadline(options, o.patience.count());
    if (status == NATS_OK) status = nats().set_allow_reconnect(options, false);  // when to try again is our own matter
    if (status == NATS_OK) status = nats().set_error_handler(options, no_log, nullptr);
    if (status == NATS_OK && !o.user.empty()) status = nats().set_user_info(options, o.user.c_str(), o.password.c_str());
    if (status == NATS_OK && !o.token.empty()) status = nats().set_token(options, o.token.c_str());
    if (status == NATS_OK && !o.credentials.empty()) status = nats().set_credentials(options, o.credentials.c_str(), nullptr);
    if (status == NATS_OK && o.tls) status = nats().set_secure(options, true);
    if (status == NATS_OK && !o.ca.empty()) status = nats().load_ca(options, o.ca.c_str());
    if (status == NATS_OK && !o.cert.empty()) status = nats().load_chain(options, o.cert.c_str(), o.key.c_str());
    return status;
  }

  natsStatus connect() {
    if (connection_ != nullptr) return NATS_OK;
    natsOptions* options = nullptr;
    natsStatus status = nats().options_create(&options);  // here and not before: its threads then take no signals
    if (status == NATS_OK) status = configure(options);
    if (status == NATS_OK) status = nats().connect(&connection_, options);
    if (status == NATS_OK && options_.stream) status = nats().jet_stream(&jet_, connection_, nullptr);
    nats().options_destroy(options);
    return status;
  }

  natsStatus publish(const std::string& message) {
    const std::string id(id_of(message));
    const std::string_view text = without_newline(message);
    natsMsg* made = nullptr;
    natsStatus status =
        nats().message_create(&made, options_.subject.c_str(), nullptr, text.data(), static_cast<int>(text.size()));
    if (status == NATS_OK && !id.empty()) status = nats().header_set(made, "Nats-Msg-Id", id.c_str());
    if (status == NATS_OK && !options_.stream) status = nats().publish(connection_, made);
    if (status == NATS_OK && options_.stream) {
      jsPubAck* ack = nullptr;
      jsPubOptions how{};
      how.MaxWait = options_.patience.count();
      jsErrCode code{};
      status = nats().jet_publish(&ack, jet_, made, &how, &code);
      if (status != NATS_OK && code == JSStreamMessageExceedsMaximumErr) status = NATS_MAX_PAYLOAD;
      nats().ack_destroy(ack);
    }
    nats().message_destroy(made);
    return status;
  }

  Outcome fail(const std::string& what, natsStatus status) {
    hang_up();
    return {Outcome::Kind::kRetry, {"cannot " + what + " " + name_ + ": " + nats().text(status)}};
  }

  void hang_up() {
    nats().jet_destroy(jet_);
    nats().destroy(connection_);
    jet_ = nullptr;
    connection_ = nullptr;
  }

  Options options_;
  std::string name_;
  natsConnection* connection_ = nullptr;
  jsCtx* jet_ = nullptr;
};

}  // namespace

Result<std::unique_ptr<Transport>> make_nats_transport(const std::string& host, const std::string& port,
                                                       const std::string& subject, bool stream, Settings settings) {
  if (Status loaded = nats().library.status(); !loaded.ok()) return Error{"nats " + loaded.error().what, EINVAL};
  NatsTransport::Options options;
  options.url = "nats://" + (host.find(':') == std::string::npos ? host : "[" + host + "]") + ":" + port;
  options.subject = subject;
  options.stream = stream;
  options.user = settings.take("user");
  options.password = settings.take("password");
  options.token = settings.take("token");
  options.credentials = settings.take("credentials");
  options.ca = settings.take("ca");
  options.cert = settings.take("cert");
  options.key = settings.take("key");
  const std::string tls = settings.take("tls");
  if (!tls.empty() && tls != "yes" && tls != "no") return Error{"the setting `tls` is yes or no", EINVAL};
  options.tls = tls == "yes" || (tls.empty() && !options.ca.empty());
  for (const std::string* file : {&options.credentials, &options.ca, &options.cert, &options.key}) {
    if (!file->empty() && access(file->c_str(), R_OK) != 0) return Error{"cannot read `" + *file + "`", errno};
  }
  const Result<std::chrono::seconds> timeout = settings.take_timeout(kPatience);
  if (!timeout.ok()) return timeout.error();
  options.patience = *timeout;
  if (Status known = settings.done(); !known.ok()) return known.error();
  return std::unique_ptr<Transport>(std::make_unique<NatsTransport>(std::move(options), host));
}

}  // namespace recipe
