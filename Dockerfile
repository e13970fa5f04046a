# Builds the bot and nothing else: a static program in an empty image.
FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -o /bot ./cmd/bot && mkdir /data

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /bot /bot
COPY --from=build --chown=65532:65532 /data /data
USER 65532
VOLUME /data
ENTRYPOINT ["/bot"]
CMD ["run", "--data", "/data"]
