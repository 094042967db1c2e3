package main

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"
)

// authority signs certificates. Its files live as long as the cluster does.
type authority struct {
	cert *x509.Certificate
	key  crypto.Signer
	pem  []byte
}

// identity is a certificate with its key, as files and as bytes.
type identity struct {
	certPEM, keyPEM []byte
}

func serial() *big.Int {
	n, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		panic(err) // no randomness: nothing can go on
	}
	return n
}

func newAuthority(name string) (*authority, identity, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, identity{}, err
	}
	template := &x509.Certificate{
		SerialNumber:          serial(),
		Subject:               pkix.Name{CommonName: name},
		NotBefore:             time.Now().Add(-time.Hour),
		NotAfter:              time.Now().AddDate(1, 0, 0),
		KeyUsage:              x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
		BasicConstraintsValid: true,
		IsCA:                  true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, identity{}, err
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, identity{}, err
	}
	keyPEM, err := encodeKey(key)
	if err != nil {
		return nil, identity{}, err
	}
	certPEM := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	return &authority{cert, key, certPEM}, identity{certPEM, keyPEM}, nil
}

// issue makes a certificate for user, in groups, good as a client and, if it has names, as a server.
func (a *authority) issue(user string, groups []string, names ...string) (identity, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return identity{}, err
	}
	template := &x509.Certificate{
		SerialNumber: serial(),
		Subject:      pkix.Name{CommonName: user, Organization: groups},
		NotBefore:    time.Now().Add(-time.Hour),
		NotAfter:     time.Now().AddDate(1, 0, 0),
		KeyUsage:     x509.KeyUsageDigitalSignature,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}
	if len(names) > 0 {
		template.ExtKeyUsage = append(template.ExtKeyUsage, x509.ExtKeyUsageServerAuth)
	}
	for _, name := range names {
		if ip := net.ParseIP(name); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
		} else {
			template.DNSNames = append(template.DNSNames, name)
		}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, key.Public(), a.key)
	if err != nil {
		return identity{}, err
	}
	keyPEM, err := encodeKey(key)
	return identity{pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), keyPEM}, err
}

func encodeKey(key any) ([]byte, error) {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), err
}

func (id identity) write(dir, name string) error {
	if err := os.WriteFile(filepath.Join(dir, name+".crt"), id.certPEM, 0o644); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, name+".key"), id.keyPEM, 0o600)
}

// pki is every certificate of a cluster, keyed by file name without its ending.
type pki struct {
	ca         *authority
	identities map[string]identity
}

func newPKI(nodes []node) (*pki, error) {
	ca, caIdentity, err := newAuthority("cistern-test-ca")
	if err != nil {
		return nil, err
	}
	frontCA, frontIdentity, err := newAuthority("cistern-test-front-proxy-ca")
	if err != nil {
		return nil, err
	}
	p := &pki{ca, map[string]identity{"ca": caIdentity, "front-proxy-ca": frontIdentity}}
	type request struct {
		file, user string
		by         *authority
		groups     []string
		names      []string
	}
	requests := []request{
		{"apiserver", "kube-apiserver", ca, nil, []string{
			"localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc",
			"kubernetes.default.svc.cluster.local", "127.0.0.1", bridgeIP, apiService,
		}},
		{"apiserver-kubelet", "kube-apiserver-kubelet-client", ca, []string{"system:masters"}, nil},
		{"front-proxy", "front-proxy-client", frontCA, nil, nil},
		{"admin", "kubernetes-admin", ca, []string{"system:masters"}, nil},
		{"controller-manager", "system:kube-controller-manager", ca, nil, nil},
		{"scheduler", "system:kube-scheduler", ca, nil, nil},
		{"proxy", "system:kube-proxy", ca, nil, nil},
		{"coredns", "system:coredns", ca, nil, nil},
	}
	for _, n := range nodes {
		requests = append(requests, request{
			n.name(), "system:node:" + n.name(), ca, []string{"system:nodes"}, []string{n.name(), n.ip()},
		})
	}
	for _, r := range requests {
		if p.identities[r.file], err = r.by.issue(r.user, r.groups, r.names...); err != nil {
			return nil, err
		}
	}
	return p, nil
}

func (p *pki) write(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	for name, id := range p.identities {
		if err := id.write(dir, name); err != nil {
			return err
		}
	}
	// Service account tokens are signed with RSA, the one algorithm that every OIDC client knows.
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return err
	}
	private, err := encodeKey(key)
	if err != nil {
		return err
	}
	public, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "sa.key"), private, 0o600); err != nil {
		return err
	}
	publicPEM := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public})
	return os.WriteFile(filepath.Join(dir, "sa.pub"), publicPEM, 0o644)
}
